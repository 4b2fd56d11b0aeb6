import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'

/*
 * A stand-in for the runtime of AWS Lambda: asks the Runtime API for the next event, calls the
 * handler, and sends what it returns or throws, as
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html says. Without `fetch`, which a handler
 * would then find loaded, or be blamed for.
 */
const [, , file] = process.argv
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const errorOf = ({ name, message }) => ({ errorType: name, errorMessage: message })

async function ask(method, path, body) {
  const [response] = await once(request(`${api}/${path}`, { method }).end(body), 'response')
  return { headers: response.headers, body: await json(response) }
}
const post = (path, body) => ask('POST', path, JSON.stringify(body))

let handler
try {
  handler = (await import(file)).handler
} catch (error) {
  await post('init/error', errorOf(error))
  process.exit(1)
}
while (true) {
  const { headers, body } = await ask('GET', 'invocation/next')
  const awsRequestId = headers['lambda-runtime-aws-request-id']
  try {
    const result = await handler(body, { awsRequestId })
    await post(`invocation/${awsRequestId}/response`, result)
  } catch (error) {
    await post(`invocation/${awsRequestId}/error`, errorOf(error))
  }
}
