/* jpki/source_fault.c - sources of revocation data that fail: told to who runs this server, to nobody else. */
#include "jpki/source_fault.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/log.h"

#define TRIES 100 /* of a reader who meets the writer */

/* Odd while it is written. */
struct row {
	_Atomic uint32_t version;
	struct source_fault fault;
	struct instant logged;       /* the writer's own */
	uint64_t untold;             /* failures since then */
};

struct source_faults {
	struct row rows[REVOCATION_SOURCES];
};

struct source_faults *
source_faults_new(size_t rows)
{
	void *memory = mmap(NULL, rows * sizeof(struct source_faults), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

struct source_faults *
source_faults_row(struct source_faults *all, size_t row)
{
	return all + row;
}

static void
put(struct row *row, const struct source_fault *fault)
{
	uint32_t version = atomic_load_explicit(&row->version, memory_order_relaxed) | 1;

	atomic_store_explicit(&row->version, version, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	row->fault = *fault;
	atomic_store_explicit(&row->version, version + 1, memory_order_release);
}

/* False: the writer did not come to an end, as one that died has not. */
static bool
get(const struct row *row, struct source_fault *out)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t before = atomic_load_explicit(&row->version, memory_order_acquire);

		*out = row->fault;
		atomic_thread_fence(memory_order_acquire);
		if (before % 2 == 0 && atomic_load_explicit(&row->version, memory_order_relaxed) == before)
			return true;
	}
	return false;
}

void
source_faults_forget(struct source_faults *faults)
{
	for (size_t i = 0; i < REVOCATION_SOURCES; i++) {
		put(&faults->rows[i], &(struct source_fault){ .failures = 0 });
		faults->rows[i].logged = (struct instant){ 0 };
		faults->rows[i].untold = 0;
	}
}

/* What a sentence quotes came from outside, and may be about somebody. */
static size_t
unquoted(const char *text)
{
	const char *quote = strchr(text, '"');

	return quote ? (size_t)(quote - text) : strlen(text);
}

static void
say_failed(struct row *row, const struct source_fault *f, const struct revocation_source *source, struct instant now)
{
	row->untold++;
	if (row->logged.us && now.us - row->logged.us < SOURCE_FAULT_EVERY && now.us >= row->logged.us)
		return;
	log_warning("jpki.source", "name=%s kind=%s failures=%llu problem=%s", LOG_TEXT(f->name),
	    revocation_kind_name(source->kind), (unsigned long long)row->untold, LOG_TEXT(f->text));
	row->logged = now;
	row->untold = 0;
}

void
source_fault_note(struct source_faults *faults, size_t place, const struct revocation_source *source,
    const struct revocation_answer *answer, struct instant now)
{
	struct row *row = &faults->rows[place];
	struct source_fault f = row->fault;

	assert(place < REVOCATION_SOURCES);
	snprintf(f.name, sizeof(f.name), "%s", source->name);
	if (answer->status > REVOCATION_UNAVAILABLE) {
		if (row->logged.us)
			log_info("jpki.source-answers", "name=%s kind=%s", LOG_TEXT(f.name),
			    revocation_kind_name(source->kind));
		row->logged = (struct instant){ 0 };
		row->untold = 0;
		f.failures = 0;
		f.answered = now;
		put(row, &f);
		return;
	}
	if (f.failures++ == 0)
		f.since = now;
	f.at = now;
	snprintf(f.text, sizeof(f.text), "%.*s%s%s", (int)unquoted(answer->text), answer->text,
	    answer->point[0] ? ": " : "", answer->point);
	put(row, &f);
	say_failed(row, &f, source, now);
}

bool
source_fault_read(const struct source_faults *all, size_t rows, size_t place, const char *name,
    struct source_fault *out)
{
	bool found = false;
	struct source_fault f;

	*out = (struct source_fault){ .failures = 0 };
	for (size_t i = 0; i < rows; i++) {
		if (!get(&all[i].rows[place], &f) || strcmp(f.name, name) != 0)
			continue;
		found = true;
		memcpy(out->name, f.name, sizeof(out->name));
		if (f.failures && (out->failures == 0 || instant_before(f.since, out->since)))
			out->since = f.since;
		if (f.at.us > out->at.us) {
			out->at = f.at;
			memcpy(out->text, f.text, sizeof(out->text));
		}
		if (f.answered.us > out->answered.us)
			out->answered = f.answered;
		out->failures += f.failures;
	}
	return found;
}
