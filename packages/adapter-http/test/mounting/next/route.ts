import { holdfast } from './holdfast.ts'

export const GET = (request: Request) => holdfast.fetch(request)
export { GET as HEAD, GET as OPTIONS, GET as POST }
