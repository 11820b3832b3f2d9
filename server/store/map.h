/* store/map.h - the LMDB environment: its failures as problems, and write transactions whose number is believed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <lmdb.h>

#include "base/problem.h"

/* Internal tables; their names cannot be those of rooms' tables, which have no dot in front. */
#define TABLE_META ".meta"
#define TABLE_COMMITS ".commits"
#define TABLE_EXPIRY ".expiry"
#define TABLES_INTERNAL 3

/* Processes reading at once, dead ones not yet swept included. */
#define MAP_READERS 510

/* No space: of the map, of the disk, of a quota, of one transaction. */
bool map_is_full(int code);

/* After EIO: whether the disk has no room for the file to grow. LMDB says EIO of a write that was cut short for
 * want of space, as of a disk that fails. */
bool map_disk_is_full(const char *directory);

/* An LMDB code or errno as problem: "FORMAT: what LMDB says". */
enum err map_problem(struct problem *why, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* When an operator (root) has opened a store that is another user's: no file of it may become root's, or the
 * recorder could not open it any more. */
void map_give_to_owner(const char *directory);

/* The newest transaction by the data file, which only the recorder can write. */
uint64_t map_number(MDB_env *);

/* A write transaction. lock.mdb, writable for every worker, says which is the newest state; were it believed, a
 * taken over worker could make the recorder write on an older state and so over pages in use. So its number must be
 * the data file's plus one, and that (when `last` is not 0) also `last` plus one. An LMDB code, or this one with
 * *why set. */
#define MAP_DISTRUSTED (-1)
int map_begin(MDB_env *, uint64_t last, MDB_txn **out, struct problem *why);
