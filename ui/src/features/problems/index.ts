export { Problems, problems, provideProblems } from "./problems.svelte";
export { default as ProblemList } from "./ProblemList.svelte";
export { StartTrouble } from "./start-trouble.svelte";
export { default as StartProblem } from "./StartProblem.svelte";
