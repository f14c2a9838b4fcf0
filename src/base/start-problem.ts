/** A reason not to start, told to the operator in one sentence; the process ends with a code that is not 0. */
export class StartProblem extends Error {}
