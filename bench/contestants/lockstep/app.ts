import { App, autoscale, Environment, HighlyAvailableDeployment, Namespace } from 'lockstep'

const app = new App()
const prod = new Environment(app, 'prod', {
  owner: 'platform-team',
  images: { web: `registry.example.com/shop/web:1.4.2@sha256:${'0'.repeat(64)}` },
})
const shop = new Namespace(prod, 'shop')

const services = Number(process.env.SERVICES)
const changed = process.env.CHANGED

for (let index = 0; index < services; index++) {
  const name = `service-${String(index).padStart(4, '0')}`
  new HighlyAvailableDeployment(shop, name, {
    image: prod.image('web'),
    port: 8080,
    resources: { cpu: '250m', memory: '256Mi' },
    health: { ready: '/readyz', live: '/livez' },
    env: {
      LOG_LEVEL: name === changed ? 'debug' : 'info',
      REGION: 'eu-central-1',
      QUEUE: 'orders',
    },
    replicas: autoscale({ min: 3, max: 12, cpu: 70 }),
  })
}

app.synth()
