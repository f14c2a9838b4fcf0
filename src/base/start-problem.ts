/**
 * A reason not to start, told in one sentence that says what to do. The command prints the message
 * alone and ends with an exit code that is not 0; a stack trace would hide it.
 */
export class StartProblem extends Error {}
