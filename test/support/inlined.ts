/** Functions of the log that become part of the statements that call them, which a search path of their own would forbid. */
export const INLINED: readonly string[] = ['first_value', 'fit', 'lean_key', 'plain', 'suspect'];
