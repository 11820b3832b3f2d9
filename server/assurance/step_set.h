/* assurance/step_set.h - sets of a framework's steps, by whatever number they are known.
 */
#pragma once

#include "assurance/framework.h"

#define STEP_SETS (STEPS_LARGEST / 64)
struct step_set {
	uint64_t bits[STEP_SETS];
};

static inline bool
set_has(const struct step_set *s, size_t rank)
{
	return (s->bits[rank / 64] >> (rank % 64) & 1) != 0;
}

static inline void
set_add(struct step_set *s, size_t rank)
{
	s->bits[rank / 64] |= UINT64_C(1) << (rank % 64);
}

static inline void
set_remove(struct step_set *s, size_t rank)
{
	s->bits[rank / 64] &= ~(UINT64_C(1) << (rank % 64));
}

static inline void
set_join(struct step_set *s, const struct step_set *more)
{
	for (size_t i = 0; i < STEP_SETS; i++)
		s->bits[i] |= more->bits[i];
}

static inline void
set_leave(struct step_set *s, const struct step_set *less)
{
	for (size_t i = 0; i < STEP_SETS; i++)
		s->bits[i] &= ~less->bits[i];
}

static inline struct step_set
set_common(const struct step_set *a, const struct step_set *b)
{
	struct step_set both;

	for (size_t i = 0; i < STEP_SETS; i++)
		both.bits[i] = a->bits[i] & b->bits[i];
	return both;
}

static inline size_t
set_size(const struct step_set *s)
{
	size_t size = 0;

	for (size_t i = 0; i < STEP_SETS; i++)
		size += (size_t)__builtin_popcountll(s->bits[i]);
	return size;
}

/* The first member from `rank` on; STEPS_LARGEST: none. */
static inline size_t
set_next(const struct step_set *s, size_t rank)
{
	for (; rank < STEPS_LARGEST; rank = (rank / 64 + 1) * 64) {
		uint64_t bits = s->bits[rank / 64] >> (rank % 64);

		if (bits)
			return rank + (size_t)__builtin_ctzll(bits);
	}
	return STEPS_LARGEST;
}
