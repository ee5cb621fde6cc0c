/** A host as it stands in a URL: IPv6 addresses in brackets. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** The URL for clients on this machine: a server that listens on all addresses is reached on loopback. */
export function reachableUrl(text: string): string {
  return text.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
