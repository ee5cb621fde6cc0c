/** A client, by its certificate. */
export interface KubeletUser {
  name: string;
  groups: readonly string[];
}
