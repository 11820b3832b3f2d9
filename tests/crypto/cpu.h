/* tests/crypto/cpu.h - what something costs: the median of many runs, in nanoseconds of this thread's CPU. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define CPU_RUNS 51

static inline int64_t
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int
cpu_compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline int64_t
cpu_median(void (*run)(void *), void *arg)
{
	int64_t costs[CPU_RUNS];

	for (size_t i = 0; i < CPU_RUNS; i++) {
		const int64_t before = cpu_now();

		run(arg);
		costs[i] = cpu_now() - before;
	}
	qsort(costs, CPU_RUNS, sizeof(costs[0]), cpu_compare);
	return costs[CPU_RUNS / 2];
}
