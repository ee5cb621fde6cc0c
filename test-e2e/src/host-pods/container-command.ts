import type { HostImage } from './images.ts';

/** A variable of a container's environment. */
export type Variable = readonly [name: string, value: string];

/** The fields of a container that say what it runs (`core/v1.Container`). */
interface CommandFields {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

/**
 * What a container runs: its own command and arguments or the image's, with the references to variables
 * replaced (`core/v1.Container`; a command without arguments leaves those of the image out).
 */
export function containerCommand(
  { command = [], args = [] }: CommandFields,
  image: Pick<HostImage, 'entrypoint' | 'command'>,
  variables: readonly Variable[],
): string[] {
  const values = new Map(variables);
  const own = command.length > 0 || args.length > 0 ? args : image.command;
  return [...(command.length > 0 ? command : image.entrypoint), ...own].map((text) =>
    withReferences(text, values),
  );
}

/** `$(NAME)` becomes the value of a variable that there is, and `$$` becomes `$`. */
export function withReferences(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole: string, first: string, name: string | undefined) =>
    first === '$' ? '$' : (values.get(name ?? '') ?? whole),
  );
}
