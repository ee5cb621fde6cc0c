/**
 * A text that is no YAML, or whose value JSON does not have; the message is that of kube-apiserver's reader
 * (`go.yaml.in/yaml/v2`).
 */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/**
 * `yaml: line 3: problem`. Lines count from 0 here; the original names none where that is 0, and names the
 * line before for problems of its grammar.
 */
export function yamlProblem(problem: string, line = 0): YamlError {
  return new YamlError(line === 0 ? `yaml: ${problem}` : `yaml: line ${line}: ${problem}`);
}
