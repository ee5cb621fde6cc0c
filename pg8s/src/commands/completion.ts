import completions from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds `pg8s complete SHELL`: prints a completion script for bash, zsh, fish or powershell. Call it last. */
export function addCompletion(program: Command): void {
  completions(program);
}
