import { html, raw } from 'hono/html'
import { css } from './styles.ts'
import type { Language } from './texts.ts'

/** A piece of HTML whose values have been escaped. */
export type Html = ReturnType<typeof html>

/** A whole page around `content`. It loads nothing from anywhere. */
export const renderPage = async (page: {
  readonly language: Language
  readonly title: string
  readonly banner: string
  readonly content: Html
}): Promise<string> =>
  String(
    await html`<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title}</title>
<style>${raw(css)}</style>
</head>
<body>
<p class="banner">${page.banner}</p>
<main>${page.content}</main>
</body>
</html>`,
  )
