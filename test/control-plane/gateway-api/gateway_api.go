// Package gatewayapi pins the version of the Gateway API: its CustomResourceDefinitions are read
// from the module cache.
package gatewayapi

import _ "sigs.k8s.io/gateway-api/apis/v1"
