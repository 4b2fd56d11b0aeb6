import { App, Chart } from 'cdk8s'
import { namespaceObjects, serviceObjects } from './objects'

const app = new App()
const shop = new Chart(app, 'shop', { disableResourceNameHashes: true })

namespaceObjects(shop)
const services = Number(process.env.SERVICES)
for (let index = 0; index < services; index++) {
  serviceObjects(shop, `service-${String(index).padStart(4, '0')}`)
}

app.synth()
