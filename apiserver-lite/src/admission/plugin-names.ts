/** The admission plugins that are there, by kube-apiserver's names, in the order in which they are asked. */
export const admissionPluginNames = [
  'NamespaceLifecycle',
  'TaintNodesByCondition',
  'DefaultTolerationSeconds',
] as const;
