import type { Command } from 'commander';

/**
 * What a command's module exports: it gives `command` its options and its action, which reports the exit
 * code.
 */
export type DefineCommand = (command: Command, report: (exitCode: number) => void) => void;
