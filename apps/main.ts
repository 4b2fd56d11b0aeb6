import { App, Environment } from 'lockstep'
import { environments } from './environments.ts'
import { shop } from './shop.ts'

const app = new App()
for (const { name, size, release, ...settings } of environments) {
  shop(new Environment(app, name, settings), { size, release })
}
app.synth()
