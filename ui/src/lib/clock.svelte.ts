import { createContext } from "svelte";
import { createSubscriber } from "svelte/reactivity";

/** The time, for what counts seconds. It ticks once a second, and only while something on screen reads it. */
export class Clock {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1_000);
    return () => clearInterval(timer);
  });

  /** Milliseconds since 1970. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const [clock, provideClock] = createContext<Clock>();
