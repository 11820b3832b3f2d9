/* tests/bench/bare_lmdb.c - what LMDB alone does with the units of the store benchmark: batches of 32, each durable.
 *
 *     bare_lmdb DIRECTORY      prints microseconds of CPU per unit, and units per second
 */
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define BATCH 32
#define SECONDS_LONG 4

static void
check(int code, const char *what)
{
	if (code == 0)
		return;
	fprintf(stderr, "bare_lmdb: %s: %s\n", what, mdb_strerror(code));
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
put(MDB_txn *txn, MDB_dbi table, uint64_t number, void *bytes, size_t size)
{
	uint8_t key[8];
	MDB_val k = { sizeof(key), key }, v = { size, bytes };

	for (size_t i = sizeof(key); i-- > 0; number >>= 8)
		key[i] = (uint8_t)number;
	check(mdb_put(txn, table, &k, &v, 0), "put");
}

int
main(int argc, char **argv)
{
	char path[4096];
	uint8_t record[616] = { 1 };
	uint64_t units = 0;
	MDB_dbi tables[3];
	MDB_env *env;
	MDB_txn *txn;
	double began, cpu, took;

	if (argc != 2) {
		fprintf(stderr, "usage: bare_lmdb DIRECTORY\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/bare", argv[1]);
	check(mkdir(path, 0700), "mkdir");
	check(mdb_env_create(&env), "create");
	check(mdb_env_set_maxdbs(env, 4), "maxdbs");
	check(mdb_env_set_mapsize(env, (size_t)64 << 30), "mapsize");
	check(mdb_env_open(env, path, 0, 0600), "open");
	check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
	check(mdb_dbi_open(txn, "record", MDB_CREATE, &tables[0]), "table");
	check(mdb_dbi_open(txn, "small", MDB_CREATE, &tables[1]), "table");
	check(mdb_dbi_open(txn, "entry", MDB_CREATE, &tables[2]), "table");
	check(mdb_txn_commit(txn), "commit");
	began = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	while (seconds(CLOCK_MONOTONIC) - began < SECONDS_LONG) {
		check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
		for (int i = 0; i < BATCH; i++, units++) {
			put(txn, tables[0], units, record, sizeof(record));
			put(txn, tables[1], units, record, 56);
			put(txn, tables[2], units, record, 56);
		}
		check(mdb_txn_commit(txn), "commit");
	}
	took = seconds(CLOCK_MONOTONIC) - began;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%.2f %.0f\n", cpu / (double)units * 1e6, (double)units / took);
	mdb_env_close(env);
	return 0;
}
