import { describe, expect, test } from 'vitest';
import { type Command, commands, commandsFor, offerCommands } from './commands.ts';

function command(slash: string, scope: Command['scope'] = 'app'): Command {
  return { slash, name: slash, scope, act: () => {} };
}

describe('commands', () => {
  test('are there while they are offered, those of the conversation first', () => {
    const withdrawApp = offerCommands([command('dark'), command('settings')]);
    const withdraw = offerCommands([command('find', 'conversation')]);
    expect(commands.get().map(({ slash }) => slash)).toEqual(['find', 'dark', 'settings']);
    withdraw();
    expect(commands.get().map(({ slash }) => slash)).toEqual(['dark', 'settings']);
    withdrawApp();
    expect(commands.get()).toEqual([]);
  });

  test('a slash begins one; a path or a sentence with a slash is a message', () => {
    const all = [command('stop'), command('settings'), command('find')];
    expect(commandsFor('/', all)).toEqual(all);
    expect(commandsFor('/S', all)?.map(({ slash }) => slash)).toEqual(['stop', 'settings']);
    for (const text of ['', 'and/or', '/etc/hosts', '/find it', '/nothing'])
      expect(commandsFor(text, all)).toBeNull();
  });
});
