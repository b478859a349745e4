// node check.mjs DASHBOARD.json ...: every dashboard fits Grafana's own types, without Grafana.
//
// Holds each file against a JSON schema made of @grafana/schema (nothing unknown is let through), and checks that panel
// ids are unique, that panels do not overlap, that data sources are those of $DATASOURCES and that promtool reads every
// expression. Needs npm install @grafana/schema@13 ts-json-schema-generator@2 ajv@8 beside it, and promtool.
import fs from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import Ajv from 'ajv'

const types = 'node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen.d.ts'
const schema = JSON.parse(execFileSync('node_modules/.bin/ts-json-schema-generator',
  ['--path', types, '--type', 'Dashboard', '--no-type-check'], { maxBuffer: 1 << 26 }))
// What a plug-in adds to a query is its own matter.
for (const open of ['DataSourceRef', 'Target']) {
  if (schema.definitions[open]?.type === 'object') schema.definitions[open].additionalProperties = true
}
const fits = new Ajv({ allErrors: true, strict: false }).compile(schema)
const sources = new Set((process.env.DATASOURCES ?? '').split(','))
const faults = []
const expressions = []

function checkPanels(file, panels) {
  const ids = new Set()
  const boxes = []
  for (const panel of panels) {
    const fault = words => faults.push(`${file}: panel "${panel.title}": ${words}`)
    if (ids.has(panel.id)) fault(`id ${panel.id} is taken`)
    ids.add(panel.id)
    const box = panel.gridPos
    if (box && boxes.some(o => box.x < o.x + o.w && o.x < box.x + box.w && box.y < o.y + o.h && o.y < box.y + box.h)) {
      fault('it overlaps another')
    }
    if (box) boxes.push(box)
    for (const { uid } of [panel.datasource, ...(panel.targets ?? []).map(target => target.datasource)].filter(Boolean)) {
      if (!sources.has(uid)) fault(`data source ${uid} is unknown`)
    }
    for (const target of panel.targets ?? []) {
      if (target.expr) expressions.push(target.expr.replace(/\$__(rate_)?interval|\$__range/g, '5m'))
    }
  }
}

for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(fs.readFileSync(file))
  if (!dashboard.title || !dashboard.uid) faults.push(`${file}: it has no title or no uid`)
  if (!fits(dashboard)) {
    for (const e of fits.errors.filter(e => e.keyword !== 'anyOf').slice(0, 8)) {
      faults.push(`${file}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)
    }
  }
  checkPanels(file, dashboard.panels ?? [])
}
const rules = expressions.map((expr, n) => ({ record: `dashboard:expression:${n}`, expr }))
fs.writeFileSync('rules.json', JSON.stringify({ groups: [{ name: 'dashboards', rules }] }))
const promtool = spawnSync('promtool', ['check', 'rules', 'rules.json'], { encoding: 'utf8' })
if (promtool.status !== 0) faults.push(promtool.stderr || String(promtool.error))
faults.forEach(fault => console.log(fault))
console.log(`Dashboards: ${process.argv.length - 2} files, ${expressions.length} expressions, ${faults.length} faults`)
process.exit(faults.length || !expressions.length ? 1 : 0)
