/* store/format.c - the format's number, kept in the store itself, and the steps between formats. */
#include "store/format.h"

#include "base/log.h"
#include "store/map.h"
#include "store/recorder.h"
#include "store/row.h"

#define FORMAT_KEY "format"

/* Format 1 is the first. */
const struct migration store_migrations[] = { { 0, NULL, NULL } };

enum err
format_read(MDB_txn *txn, unsigned newest, unsigned *format, struct problem *why)
{
	MDB_dbi dbi;
	MDB_val key = val_of(span_text(FORMAT_KEY)), value;
	int rc = mdb_dbi_open(txn, TABLE_META, 0, &dbi);

	if (rc == 0)
		rc = mdb_get(txn, dbi, &key, &value);
	if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE || (rc == 0 && value.mv_size != 8))
		return problem_set(why, ERR_INVALID, NULL, "no store of Watashi: it does not say which format it has");
	if (rc)
		return map_problem(why, rc, "reading the store's format");
	*format = (unsigned)u64_read(value.mv_data);
	if (*format > newest)
		return problem_set(why, ERR_UNSUPPORTED, NULL,
		    "the store has format %u, this program knows formats up to %u: "
		    "use the version that wrote it, or restore a backup made before", *format, newest);
	return OK;
}

static int
write_format(MDB_txn *txn, unsigned format)
{
	uint8_t bytes[8];
	MDB_dbi dbi;
	MDB_val key = val_of(span_text(FORMAT_KEY)), value = { sizeof(bytes), bytes };
	int rc = mdb_dbi_open(txn, TABLE_META, MDB_CREATE, &dbi);

	u64_write(bytes, format);
	return rc ? rc : mdb_put(txn, dbi, &key, &value, 0);
}

static enum err
is_empty(MDB_txn *txn, bool *empty, struct problem *why)
{
	MDB_dbi dbi;
	MDB_stat stat;
	int rc = mdb_dbi_open(txn, NULL, 0, &dbi);

	if (rc == 0)
		rc = mdb_stat(txn, dbi, &stat);
	if (rc)
		return map_problem(why, rc, "looking into the store");
	*empty = stat.ms_entries == 0;
	return OK;
}

/* One step of migration, or none; *format is what the store then has. */
static enum err
step(MDB_txn *txn, const struct migration *m, unsigned newest, unsigned *format, struct problem *why)
{
	bool empty = false;
	enum err code = is_empty(txn, &empty, why);
	int rc;

	if (code != OK)
		return code;
	if (empty) {
		*format = newest;
	} else {
		code = format_read(txn, newest, format, why);
		if (code != OK || *format == newest)
			return code;
		while (m->name && m->from != *format)
			m++;
		if (!m->name)
			return problem_set(why, ERR_UNSUPPORTED, NULL,
			    "the store has format %u, from which nothing leads to %u",
			    *format, newest);
		code = m->migrate(txn, why);
		if (code != OK) {
			problem_within(why, "migrating the store from format %u (%s)", *format, m->name);
			return code;
		}
		log_info("store.migrated", "from=%u step=%s", *format, m->name);
		++*format;
	}
	rc = write_format(txn, *format);
	return rc ? map_problem(why, rc, "writing the store's format") : OK;
}

enum err
format_settle(MDB_env *env, const struct migration *migrations, unsigned newest, struct problem *why)
{
	unsigned format = 0;

	while (format != newest) {
		MDB_txn *txn;
		enum err code;
		int rc = map_begin(env, 0, &txn, why);

		if (rc)
			return rc == MAP_DISTRUSTED ? ERR_IO : map_problem(why, rc, "beginning to write the store");
		code = step(txn, migrations, newest, &format, why);
		if (code != OK) {
			mdb_txn_abort(txn);
			return code;
		}
		rc = mdb_txn_commit(txn);
		if (rc)
			return map_problem(why, rc, "writing the store's format");
	}
	return OK;
}
