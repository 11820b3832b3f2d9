/* http/census.c - connections of each address, a column of counters for each process. */
#include "http/census.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/random.h"

#define CELLS ((size_t)1 << 14)

struct census {
	unsigned processes, own;
	uint8_t key[16];
	_Atomic uint16_t *count; /* [process][cell], shared */
};

struct census *
census_new(unsigned processes)
{
	struct census *c = calloc(1, sizeof(*c));
	void *memory = mmap(NULL, processes * CELLS * sizeof(*c->count), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);

	if (!c || memory == MAP_FAILED)
		abort();
	c->processes = processes;
	c->count = memory;
	/* Without the key nobody can tell which addresses share a cell. */
	random_bytes(c->key, sizeof(c->key));
	return c;
}

void
census_free(struct census *c)
{
	if (!c)
		return;
	munmap((void *)c->count, c->processes * CELLS * sizeof(*c->count));
	free(c);
}

void
census_join(struct census *c, unsigned column)
{
	assert(column < c->processes);
	c->own = column;
	census_clear(c, column);
}

void
census_clear(struct census *c, unsigned column)
{
	assert(column < c->processes);
	for (size_t i = 0; i < CELLS; i++)
		atomic_store_explicit(c->count + column * CELLS + i, 0, memory_order_relaxed);
}

static size_t
cell_of(const struct census *c, const struct address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	/* A customer of IPv6 has a /64 at least, so one host counts as all of it. */
	size_t significant = memcmp(address->bytes, mapped, sizeof(mapped)) == 0 ? 16 : 8;
	uint8_t input[32], digest[EVP_MAX_MD_SIZE];

	memcpy(input, c->key, 16);
	memcpy(input + 16, address->bytes, significant);
	if (!EVP_Digest(input, 16 + significant, digest, NULL, EVP_sha256(), NULL))
		abort();
	return (digest[0] | (size_t)digest[1] << 8) & (CELLS - 1);
}

bool
census_enter(struct census *c, const struct address *address, unsigned limit)
{
	size_t cell = cell_of(c, address);
	_Atomic uint16_t *own = c->count + c->own * CELLS + cell;
	uint16_t mine = atomic_load_explicit(own, memory_order_relaxed);
	unsigned all = 0;

	for (unsigned i = 0; i < c->processes; i++)
		all += atomic_load_explicit(c->count + i * CELLS + cell, memory_order_relaxed);
	if (all >= limit || mine == UINT16_MAX)
		return false;
	atomic_store_explicit(own, (uint16_t)(mine + 1), memory_order_relaxed);
	return true;
}

void
census_leave(struct census *c, const struct address *address)
{
	_Atomic uint16_t *own = c->count + c->own * CELLS + cell_of(c, address);
	uint16_t mine = atomic_load_explicit(own, memory_order_relaxed);

	assert(mine > 0);
	atomic_store_explicit(own, (uint16_t)(mine - 1), memory_order_relaxed);
}
