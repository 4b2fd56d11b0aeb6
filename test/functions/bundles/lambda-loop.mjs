/*
 * A stand-in for the runtime of AWS Lambda: asks the Runtime API for the next event, calls the
 * handler, and sends what it returns or throws, as
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html says.
 */
const [, , file] = process.argv
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const post = (path, body) => fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(body) })
const errorOf = ({ name, message }) => ({ errorType: name, errorMessage: message })

let handler
try {
  handler = (await import(file)).handler
} catch (error) {
  await post('init/error', errorOf(error))
  process.exit(1)
}
while (true) {
  const next = await fetch(`${api}/invocation/next`)
  const awsRequestId = next.headers.get('lambda-runtime-aws-request-id')
  try {
    const result = await handler(await next.json(), { awsRequestId })
    await post(`invocation/${awsRequestId}/response`, result)
  } catch (error) {
    await post(`invocation/${awsRequestId}/error`, errorOf(error))
  }
}
