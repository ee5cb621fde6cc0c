/**
 * A text of an answer without what differs between any two servers: UIDs, times, revisions, and the ports of
 * the servers that both were led to.
 */
export function cleaned(text: string, ports: readonly number[]): string {
  return ports
    .reduce(
      (cleaner, port) => cleaner.replaceAll(`:${port}`, ':PORT').replaceAll(`port ${port}`, 'port PORT'),
      text,
    )
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"')
    .replaceAll(/"age":"\d+s"|"<?\d+s>?"/g, '"AGE"');
}
