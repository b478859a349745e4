// node asyncapi.mjs DOCUMENT: the document is AsyncAPI without faults and warnings, by AsyncAPI's own parser.
//
// Needs npm install @asyncapi/parser@3 beside it.
import { Parser, fromFile } from '@asyncapi/parser'

const { diagnostics, document } = await fromFile(new Parser(), process.argv[2]).parse()
for (const { severity, path, message } of diagnostics) {
  console.log(`${['error', 'warning', 'info', 'hint'][severity]}  ${path.join('.')}: ${message}`)
}
if (!document || diagnostics.some(({ severity }) => severity < 2)) process.exit(1)
console.log(`  ok      AsyncAPI ${document.version()}: ${document.allChannels().length} channels, ${document.allMessages().length} messages`)
