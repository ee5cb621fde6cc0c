/** A database URL as it may be shown: secrets stay off the screen. */
export function withoutPassword(text: string): string {
  try {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    return url.href;
  } catch {
    return 'the given URL';
  }
}
