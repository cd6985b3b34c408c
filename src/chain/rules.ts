/**
 * The number of the rules of `finish`. They are part of the record format: a verifier derives every entry anew, so a change of what
 * `finish` makes of any row would accuse entries that are as they should be. Rules that differ get the next number and a file of
 * their own beside that one, and their bodies say so (`"rules": 2`); a body that says nothing was made by these.
 */
export const RULES = 1;
