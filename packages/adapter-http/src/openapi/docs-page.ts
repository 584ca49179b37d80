import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'

/** A page or file of the documentation. */
export interface DocsRoute {
  readonly path: string
  readonly serve: () => Response | Promise<Response>
}

/**
 * The documentation: the document itself and, with `page`, a page that shows it. All of the page comes from here, from
 * the installed `swagger-ui-dist`: it works with no other network, and tells nobody that it was looked at.
 */
export const docsRoutes = ({
  basePath,
  document,
  page,
}: {
  readonly basePath: string
  readonly document: () => object
  readonly page: boolean
}): readonly DocsRoute[] => [
  { path: `${basePath}/openapi.json`, serve: () => text(JSON.stringify(document()), 'application/json') },
  ...(page
    ? [
        { path: `${basePath}/docs`, serve: () => text(html(basePath), 'text/html; charset=utf-8', pagePolicy) },
        { path: `${basePath}/docs/start.js`, serve: () => text(start(basePath), 'text/javascript; charset=utf-8') },
        ...assets.map(({ file, type }) => ({
          path: `${basePath}/docs/${file}`,
          serve: async () => text(await readAsset(file), type, { 'cache-control': 'public, max-age=86400' }),
        })),
      ]
    : []),
]

const assets = [
  { file: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
  { file: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
] as const

const html = (basePath: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${basePath}/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${basePath}/docs/swagger-ui-bundle.js"></script>
<script src="${basePath}/docs/start.js"></script>
</body>
</html>
`

const start = (basePath: string): string =>
  `SwaggerUIBundle(${JSON.stringify({ url: `${basePath}/openapi.json`, dom_id: '#swagger-ui', validatorUrl: null })})\n`

/** The page's own files and nothing else. Swagger UI writes styles into its elements, so those are let in. */
const pagePolicy = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

const text = (body: string, type: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(body, { headers: { 'content-type': type, ...headers } })

const resolve = createRequire(import.meta.url).resolve

const readAsset = (file: string): Promise<string> => readFile(resolve(`swagger-ui-dist/${file}`), 'utf8')
