// Verifies one solution a line of standard input, [solution, game] as two JSON texts, and answers
// each with a line: the report, or {"refused": why}.

import { createInterface } from "node:readline";

import { InputError, verify } from "../../verifier/verify.mjs";

const answer = ([solution, game]) => {
  try {
    return verify(solution, game);
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
};

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(answer(JSON.parse(line))));
