// SPDX-License-Identifier: Apache-2.0
// validate.js FILE...: whether each is CycloneDX 1.6 JSON, by the strict schema of the format's own authors. Exit code 1:
// one is not. Its library is found by NODE_PATH (`./dev package` puts it into build/tools/release/).
'use strict'

const { readFileSync } = require('fs')
const { Spec, Validation } = require('@cyclonedx/cyclonedx-library')

async function main (files) {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  let wrong = 0
  for (const file of files) {
    const problem = await validator.validate(readFileSync(file, 'utf8'))
    if (problem === null) continue
    console.error(`${file}: ${JSON.stringify(problem, null, 2)}`)
    wrong += 1
  }
  return wrong > 0 || files.length === 0 ? 1 : 0
}

main(process.argv.slice(2)).then(code => { process.exitCode = code }, error => {
  console.error(`validate.js: ${error.message}`)
  process.exitCode = 1
})
