/* daemon/fido_intake.c - a BLOB of the FIDO Metadata Service read beside the loop. */
#include "daemon/fido_intake.h"

#include <stdlib.h>

#include "base/file.h"
#include "net/aside.h"

struct fido_intake {
	const struct fido_settings *settings;
	char *file;
	uint64_t number;
	struct instant now;
	on_blob_read *done;
	void *arg;

	struct aside *reading;

	/* Of the thread, until it has ended: */
	struct arena arena;
	struct buffer bytes;
	struct fido_blob blob;
	const char *step;       /* that refuted it; NULL: it is believed, or could not be read */
	struct problem why;
};

static void
read_blob(void *arg)
{
	struct fido_intake *i = arg;
	struct examination examination = { .arena = &i->arena };
	const struct examined *cause;

	if (i->file && file_read(i->file, &i->bytes, &i->why) != OK)
		return;
	i->why.code = OK;
	if (fido_blob_read(&i->arena, span_trim(buffer_span(&i->bytes)), i->settings, i->number, i->now, &examination,
	    &i->blob))
		return;
	cause = examination_cause(&examination);
	i->step = cause ? cause->step : "form";
	problem_set(&i->why, ERR_INVALID, cause ? cause->clause : "", "%s: %s", i->step, cause ? cause->text : "");
}

void
fido_intake_free(struct fido_intake *i)
{
	if (!i)
		return;
	aside_free(i->reading);
	buffer_release(&i->bytes);
	arena_release(&i->arena);
	free(i->file);
	free(i);
}

static void
on_ended(void *arg, bool worked)
{
	struct fido_intake *i = arg;

	if (!worked)
		problem_set(&i->why, ERR_UNAVAILABLE, "", "the machine gives no thread now");
	i->done(i->arg, i->step ? OK : i->why.code, i->why.code == OK ? &i->blob : NULL, i->step, &i->why);
}

struct fido_intake *
fido_intake_start(struct loop *loop, const struct fido_settings *settings, const char *file, struct buffer *bytes,
    uint64_t number, struct instant now, on_blob_read *done, void *arg)
{
	struct fido_intake *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	*i = (struct fido_intake){ .settings = settings, .file = file ? strdup(file) : NULL, .number = number,
		.now = now, .done = done, .arg = arg, .arena = arena_init(FIDO_BLOB_ARENA),
		.bytes = buffer_init(FIDO_BLOB_LARGEST) };
	if (file && !i->file)
		abort();
	if (!file) {
		buffer_release(&i->bytes);
		i->bytes = *bytes;
		*bytes = buffer_init(i->bytes.limit);
	}
	i->reading = aside_start(loop, read_blob, on_ended, i);
	return i;
}
