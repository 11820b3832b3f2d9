/* daemon/crl_intake.c - one revocation list taken in beside the loop. */
#include "daemon/crl_intake.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "net/aside.h"

#define TEXT_ARENA (64 * KIB)

struct crl_intake {
	struct loop *loop;
	char *directory, *file;
	const struct jpki_trust *trust;
	struct buffer bytes;
	struct instant now;
	on_taken *done;
	void *arg;

	struct aside *taking;
	atomic_bool stopping;

	/* Of the thread, until it has ended: */
	struct arena arena;
	const char *text;
	struct crl_times times;
	struct problem why;
};

static bool
on_progress(void *arg, uint64_t done, uint64_t all)
{
	struct crl_intake *i = arg;

	(void)done;
	(void)all;
	return !atomic_load(&i->stopping);
}

static void
take(void *arg)
{
	struct crl_intake *i = arg;
	struct crl_taking taking = {
		.der = buffer_span(&i->bytes), .now = i->now, .times = &i->times, .progress = on_progress, .arg = i,
	};
	struct crl_store *store;

	if (crl_store_open(i->directory, i->trust, &store, &i->why) == OK) {
		i->why.code = i->file ?
		    crl_store_take_file(store, i->file, &taking, &i->arena, &i->text, &i->why) :
		    crl_store_take(store, &taking, &i->arena, &i->text, &i->why);
		crl_store_close(store);
	}
}

void
crl_intake_free(struct crl_intake *i)
{
	if (!i)
		return;
	atomic_store(&i->stopping, true);
	aside_free(i->taking);
	buffer_release(&i->bytes);
	arena_release(&i->arena);
	free(i->directory);
	free(i->file);
	free(i);
}

static void
on_ended(void *arg, bool worked)
{
	struct crl_intake *i = arg;
	on_taken *done = i->done;
	void *asker = i->arg;
	struct arena arena;
	struct problem why;
	struct crl_times times;
	const char *text;

	if (!worked)
		problem_set(&i->why, ERR_UNAVAILABLE, "", "the machine gives no thread now");
	why = i->why;
	times = i->times;
	text = i->text ? i->text : "";
	/* The text goes on living, the intake does not: the callback may start another. */
	arena = i->arena;
	i->arena = arena_init(KIB);
	crl_intake_free(i);
	done(asker, why.code, text, &times, &why);
	arena_release(&arena);
}

static char *
copied(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		abort();
	return copy;
}

struct crl_intake *
crl_intake_start(struct loop *loop, const char *directory, const struct jpki_trust *trust,
    const struct crl_source_bytes *from, struct instant now, on_taken *done, void *arg)
{
	struct crl_intake *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	*i = (struct crl_intake){
		.loop = loop,
		.directory = copied(directory),
		.file = copied(from->file),
		.trust = trust,
		.now = now,
		.done = done,
		.arg = arg,
		.arena = arena_init(TEXT_ARENA),
	};
	if (from->bytes) {
		i->bytes = *from->bytes;
		*from->bytes = buffer_init(i->bytes.limit);
	}
	i->taking = aside_start(loop, take, on_ended, i);
	return i;
}
