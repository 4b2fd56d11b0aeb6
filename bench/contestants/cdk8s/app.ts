import { ApiObject, App, Chart } from 'cdk8s'
import { namespaceObjects, serviceObjects } from './objects.ts'

const app = new App()
const shop = new Chart(app, 'shop', { disableResourceNameHashes: true })

for (const object of namespaceObjects()) {
  new ApiObject(shop, `${object.kind}-${object.metadata.name}`, object)
}
const services = Number(process.env.SERVICES)
for (let index = 0; index < services; index++) {
  const name = `service-${String(index).padStart(4, '0')}`
  for (const object of serviceObjects(name)) new ApiObject(shop, `${name}-${object.kind}`, object)
}

app.synth()
