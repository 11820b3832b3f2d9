/* tools/ctl/jpki_crl.c - `watashictl jpki crl`: revocation lists in a directory, taken in, shown, erased; without the
 * daemon. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "codec/text.h"
#include "ctl/jpki.h"
#include "jpki/crl_signer.h"
#include "jpki/crl_store.h"
#include "jpki/crl_text.h"

#define FILES_LARGEST 4096
#define CERTIFICATE_FILE (64 * KIB)

/* What all actions are told: where the lists are, and who is believed. */
struct lists {
	const char *directory;
	struct texts anchors, signers;
	struct jpki_trust trust;
	struct jpki_anchors *believed;
	struct crl_store *store;
};

#define LISTS_FLAGS(l) \
	{ .name = "lists", .argument = "DIR", .text = &(l).directory, .help = "the directory of the lists" }, \
	{ .name = "anchors", .argument = "PATH", .list = &(l).anchors, \
	    .help = "certificates of authorities to be believed: a file or a directory of them" }, \
	{ .name = "test", .set = &(l).trust.test, .help = "lists of the test world count, too" }

static enum err
signers_load(struct ctl *ctl, const struct texts *paths, struct jpki_trust *trust, struct problem *why)
{
	struct span *signers = arena_array(ctl->arena, struct span, paths->count);
	struct buffer file = buffer_init(CERTIFICATE_FILE);
	enum err err = OK;

	trust->list_signers = signers;
	if (paths->count > CRL_CERTIFIED)
		err = problem_set(why, ERR_LIMIT, "", "--signer: expected at most %d, found %zu", CRL_CERTIFIED,
		    paths->count);
	for (; trust->list_signer_count < paths->count && err == OK; trust->list_signer_count++) {
		const char *path = paths->items[trust->list_signer_count];

		buffer_clear(&file);
		err = file_read(path, &file, why);
		if (err == OK &&
		    crl_signer_read(ctl->arena, buffer_span(&file), &signers[trust->list_signer_count], why) != OK)
			err = problem_within(why, "%s", path);
	}
	buffer_release(&file);
	return err;
}

static enum ending
lists_open(struct ctl *ctl, struct lists *l)
{
	struct problem why;

	if (!l->directory)
		return misused("--lists: expected the directory of the lists");
	if (l->anchors.count == 0)
		return misused("--anchors: expected whom to believe");
	l->trust.profiles = jpki_profiles_known();
	if (jpki_anchors_load(ctl, &l->anchors, l->trust.test, &l->believed, &why) != OK)
		return refused(&why);
	l->trust.anchors = l->believed;
	if (signers_load(ctl, &l->signers, &l->trust, &why) != OK)
		return refused(&why);
	return crl_store_open(l->directory, &l->trust, &l->store, &why) == OK ? DONE : refused(&why);
}

static void
lists_close(struct lists *l)
{
	crl_store_close(l->store);
	jpki_anchors_free(l->believed);
}

/* Taking in */

static bool
show_progress(void *arg, uint64_t done, uint64_t all)
{
	(void)arg;
	progress_show("taking the list in", done, all);
	return true;
}

/* A list of ten million entries has 270 MB, and whoever brought it may still write there: it is copied as a stream. */
static enum err
take_file(struct ctl *ctl, struct lists *l, const char *path, const char **text, struct problem *why)
{
	struct crl_taking taking = { .now = clock_now(), .progress = show_progress };
	char *whole = realpath(path, NULL); /* links are the operator's own here */
	enum err err;

	if (!whole)
		return problem_errno(why, errno, "%s", path);
	err = crl_store_take_file(l->store, whole, &taking, ctl->arena, text, why);
	progress_end();
	free(whole);
	return err == OK ? OK : problem_within(why, "%s", path);
}

static enum ending
import_lists(struct ctl *ctl, int argc, char **argv)
{
	static const char *paths[FILES_LARGEST + 1];
	struct lists l = { .directory = NULL };
	const struct flag flags[] = {
		LISTS_FLAGS(l),
		{ .name = "signer", .argument = "FILE", .list = &l.signers,
		    .help = "the certificate of somebody whom an authority has certified for signing its lists" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki crl import FILE… --lists DIR --anchors PATH [--signer FILE] …",
		.about =
		    "Takes revocation lists (DER or PEM) into a directory that verifiers look into; they see each at "
		    "once.\nA list must be signed by an authority that is believed, or by a signer it certified, be in "
		    "force, and be newer\nthan the one at hand of the same distribution point; otherwise that one "
		    "stays. Status 1 when one was not taken.",
		.flags = flags,
		.least = 1,
		.most = FILES_LARGEST,
	};
	const char *text;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, paths, &ending))
		return ending;
	ending = lists_open(ctl, &l);
	for (size_t i = 0; ending != USED_WRONGLY && l.store && i < FILES_LARGEST && paths[i]; i++) {
		if (take_file(ctl, &l, paths[i], &text, &why) == OK)
			printf("%s: %s\n", paths[i], text);
		else
			ending = refused(&why);
	}
	lists_close(&l);
	return ending;
}

/* Showing */

struct shown {
	struct ctl *ctl;
	struct instant now;
	bool check;
	bool damaged;
	json_t *json, *damages; /* NULL: as text */
};

static void
show_row(struct shown *s, const struct crl_row *row)
{
	const struct crl_list *list = crl_index_list(row->index);
	char from[INSTANT_TEXT], until[INSTANT_TEXT];
	const char *point = crl_point_text(s->ctl->arena, list), *number = crl_number_text(s->ctl->arena, list->number);
	bool in_force = s->now.us >= list->this_update.us && s->now.us <= list->next_update.us;
	bool sound = !s->check || crl_index_sound(row->index);
	uint64_t entries = crl_index_count(row->index);

	s->damaged |= !sound;
	instant_text(list->this_update, from);
	instant_text(list->next_update, until);
	if (s->json)
		json_array_append_new(s->json,
		    json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:s, s:s, s:b, s:b, s:s}", "point", point, "issuer",
			x509_name_text(s->ctl->arena, list->issuer), "world", jpki_world_name(row->anchor->world),
			"number", number, "delta", list->base_number.size > 0, "entries", (json_int_t)entries,
			"this_update", from, "next_update", until, "in_force", in_force, "sound", sound, "file",
			row->file));
	else
		printf("%s\n    number %s%s, %" PRIu64 " entries, %s to %s%s%s\n", point, number,
		    list->base_number.size ? " (delta)" : "", entries, from, until, in_force ? "" : ": not in force",
		    sound ? "" : ": DAMAGED");
}

static void
show_damage(struct shown *s, const struct crl_damage *damage)
{
	s->damaged = true;
	if (s->damages)
		json_array_append_new(s->damages,
		    json_pack("{s:s, s:s, s:s}", "file", damage->file, "world",
			jpki_world_name(damage->anchor->world), "problem", damage->problem));
	else
		printf("%s\n    DAMAGED, nothing is known by it: %s\n", damage->file, damage->problem);
}

static enum ending
list_lists(struct ctl *ctl, int argc, char **argv)
{
	struct shown s = { .ctl = ctl, .now = clock_now() };
	struct lists l = { .directory = NULL };
	const struct flag flags[] = {
		LISTS_FLAGS(l),
		{ .name = "check", .set = &s.check, .help = "read every file whole, and tell which is damaged" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki crl list --lists DIR --anchors PATH",
		.about = "Shows the revocation lists at hand: where they belong, their number, when they end.\nStatus "
			 "1 when one is damaged.",
		.flags = flags,
	};
	struct crl_damage damage;
	struct crl_row row;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	ending = lists_open(ctl, &l);
	s.json = ctl->json ? json_array() : NULL;
	s.damages = ctl->json ? json_array() : NULL;
	for (size_t i = 0; ending == DONE && crl_store_row(l.store, i, &row); i++)
		show_row(&s, &row);
	for (size_t i = 0; ending == DONE && crl_store_damage(l.store, i, &damage); i++)
		show_damage(&s, &damage);
	if (s.json && ending == DONE) {
		json_t *all = json_pack("{s:O, s:O}", "lists", s.json, "damaged", s.damages);

		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(all);
	}
	json_decref(s.json);
	json_decref(s.damages);
	lists_close(&l);
	return s.damaged ? REFUSED : ending;
}

/* Erasing */

static enum ending
erase_lists(struct ctl *ctl, int argc, char **argv)
{
	const char *directory = NULL;
	const struct flag flags[] = {
		{ .name = "lists", .argument = "DIR", .text = &directory, .help = "the directory of the lists" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki crl erase --lists DIR",
		.about = "Removes all revocation lists at once, damaged ones too, as who stops verifying must "
			 "(施行令 15-3).",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!directory)
		return misused("--lists: expected the directory of the lists");
	return crl_store_erase(directory, &why) == OK ? DONE : refused(&why);
}

static const struct action actions[] = {
	{ "import", "take revocation lists in", import_lists },
	{ "list", "show the revocation lists at hand", list_lists },
	{ "erase", "remove all of them", erase_lists },
	{ "refresh", "have the daemon look for new ones now", jpki_crl_refresh },
};

enum ending
jpki_crl(struct ctl *ctl, int argc, char **argv)
{
	static char name[] = "jpki crl";

	argv[0] = name;
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
