export { Problems, problems, provideProblems } from "./problems.svelte";
export { default as ProblemList } from "./ProblemList.svelte";
