/* tools/ctl/ledger_watch.c - `watashictl ledger watch`: a monitor, run by who does not trust the log's operator.
 *
 *     checkpoint -> signature -> larger than the last kept? -> tiles -> root, and the old root in the new tree -> keep
 *
 * A look ends in one verdict. Two signed checkpoints that cannot both be of one growing log are the operator's own
 * confession: they are kept, with the tiles that show it.
 */
#include "ctl/ledger.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/log_keep.h"
#include "ctl/log_reader.h"
#include "ledger/checkpoint.h"

#define LOOK_ARENA (2 * MIB)
#define EVIDENCE_MOST 160

enum verdict {
	NOTHING_SEEN,   /* the log could not be asked */
	UNUSABLE,       /* what was kept cannot be read, or nothing more be kept */
	UNCHANGED,
	CONTINUES,
	ALARM_UNSIGNED, /* no checkpoint that a trusted key has signed */
	ALARM_OTHER,    /* another log's checkpoint */
	ALARM_SHORTER,
	ALARM_FORK,
	ALARM_TILES,    /* the tiles do not give the root that was signed */
	ALARM_STALE,
};

static const struct {
	const char *name; /* for --json and for the evidence's directory */
	bool alarm, ends; /* whether the watch ends with it */
} verdicts[] = {
	[NOTHING_SEEN] = { "unavailable", false, false },
	[UNUSABLE] = { "unusable", false, true },
	[UNCHANGED] = { "unchanged", false, false },
	[CONTINUES] = { "continues", false, false },
	[ALARM_UNSIGNED] = { "unsigned", true, true },
	[ALARM_OTHER] = { "other-log", true, true },
	[ALARM_SHORTER] = { "shorter", true, true },
	[ALARM_FORK] = { "fork", true, true },
	[ALARM_TILES] = { "tiles", true, true },
	[ALARM_STALE] = { "stale", true, true },
};

struct watch {
	struct log_reader *reader;
	struct log_keep *keep;
	const struct note_key *keys;
	size_t key_count;
	struct span origin;
	int64_t stale;                   /* microseconds; 0: never */
	struct instant begun;
};

/* One look: what came of it, and the sentence for people in `why`. */
struct look {
	struct arena arena;
	struct instant now;
	struct span before_note, note;   /* the last one kept, and the one in question */
	struct checkpoint before, found;
	struct instant since;            /* when the last one was first seen */
	const char *evidence;            /* where it was kept */
	struct problem why;
};

static enum verdict
alarm_say(struct look *l, enum verdict verdict, const char *clause, const char *text)
{
	problem_set(&l->why, ERR_INVALID, clause, "%s", text);
	return verdict;
}

/* What was kept was signed once. A directory that somebody changed is no ground to judge a log on. */
static enum err
last_read(struct watch *w, struct look *l)
{
	struct note *note = arena_new(&l->arena, struct note);
	uint64_t size, good;

	if (log_keep_last(w->keep, &l->arena, &size, &l->before_note, &l->since, &l->why) != OK)
		return l->why.code;
	if (size == 0)
		return OK;
	if (note_read(&l->arena, l->before_note, note, &l->why) != OK ||
	    note_verify(note, w->keys, w->key_count, &good, &l->why) != OK ||
	    checkpoint_read(&l->arena, note->text, &l->before, &l->why) != OK)
		return problem_within(&l->why, "the last checkpoint kept");
	if (l->before.size != size)
		return problem_set(&l->why, ERR_INVALID, "", "the last checkpoint kept: its name says %" PRIu64
		    " entries, it says %" PRIu64, size, l->before.size);
	return OK;
}

/* True: it is a checkpoint of this log, signed. */
static bool
found_read(const struct watch *w, struct look *l, enum verdict *verdict)
{
	struct note *note = arena_new(&l->arena, struct note);
	uint64_t good;

	*verdict = ALARM_UNSIGNED;
	if (note_read(&l->arena, l->note, note, &l->why) != OK ||
	    note_verify(note, w->keys, w->key_count, &good, &l->why) != OK ||
	    checkpoint_read(&l->arena, note->text, &l->found, &l->why) != OK)
		return false;
	*verdict = ALARM_OTHER;
	if (!span_equal(l->found.origin, w->origin)) {
		problem_set(&l->why, ERR_INVALID, "C2SP tlog-checkpoint",
		    "the checkpoint is of the log %.*s, expected %.*s", SPAN_ARGS(utf8_first(l->found.origin, 120)),
		    SPAN_ARGS(utf8_first(w->origin, 120)));
		return false;
	}
	return true;
}

static enum err
prove_root(struct watch *w, struct look *l, struct hash *root)
{
	struct tile_set set;

	tiles_for_root(l->found.size, &set);
	if (log_reader_tiles(w->reader, l->found.size, &set, &l->why) != OK)
		return l->why.code;
	return tiles_root(&set, l->found.size, root, &l->why);
}

static enum err
prove_consistency(struct watch *w, struct look *l, struct merkle_proof *proof)
{
	struct tile_set set;

	tiles_for_consistency(l->before.size, l->found.size, &set);
	if (log_reader_tiles(w->reader, l->found.size, &set, &l->why) != OK)
		return l->why.code;
	return tiles_consistency(&set, l->before.size, l->found.size, proof, &l->why);
}

/* The root that the log has today for the size it had then. */
static enum err
root_of_then(struct watch *w, struct look *l, struct hash *root)
{
	struct tile_set set;

	tiles_for_root(l->before.size, &set);
	if (log_reader_tiles(w->reader, l->found.size, &set, &l->why) != OK)
		return l->why.code;
	return tiles_root(&set, l->before.size, root, &l->why);
}

/* The proof does not lead from the old root to the new. When it leads there from what the tiles give for the old size,
 * they are truly the signed tree's, and that tree has another past; else they are no tree's. */
static enum verdict
judge_difference(struct watch *w, struct look *l, const struct merkle_proof *proof)
{
	struct hash then;

	if (root_of_then(w, l, &then) != OK)
		return l->why.code == ERR_UNAVAILABLE ? NOTHING_SEEN : ALARM_TILES;
	if (!merkle_consistency_holds(l->before.size, l->found.size, proof, &then, &l->found.root))
		return alarm_say(l, ALARM_TILES, "C2SP tlog-tiles", "the tiles that are served do not fit together");
	problem_set(&l->why, ERR_INVALID, "RFC 9162 s2.1.4",
	    "FORK: the log has signed %" PRIu64 " entries with root %s, and %" PRIu64
	    " entries with root %s whose first %" PRIu64 " have root %s",
	    l->before.size, hex_write(&l->arena, span_of(l->before.root.bytes, HASH_SIZE)), l->found.size,
	    hex_write(&l->arena, span_of(l->found.root.bytes, HASH_SIZE)), l->before.size,
	    hex_write(&l->arena, span_of(then.bytes, HASH_SIZE)));
	return ALARM_FORK;
}

static enum verdict
judge_growth(struct watch *w, struct look *l)
{
	struct merkle_proof proof;
	struct hash root;

	if (prove_root(w, l, &root) != OK)
		return l->why.code == ERR_UNAVAILABLE ? NOTHING_SEEN : ALARM_TILES;
	if (!hash_equal(&root, &l->found.root))
		return alarm_say(l, ALARM_TILES, "C2SP tlog-tiles",
		    "the tiles that are served do not have the root that was signed");
	if (l->before.size == 0)
		return CONTINUES;
	if (prove_consistency(w, l, &proof) != OK)
		return l->why.code == ERR_UNAVAILABLE ? NOTHING_SEEN : ALARM_TILES;
	if (merkle_consistency_holds(l->before.size, l->found.size, &proof, &l->before.root, &l->found.root))
		return CONTINUES;
	return judge_difference(w, l, &proof);
}

static enum verdict
judge_same_size(struct look *l)
{
	if (hash_equal(&l->before.root, &l->found.root))
		return UNCHANGED;
	problem_set(&l->why, ERR_INVALID, "C2SP tlog-checkpoint", "FORK: the log has signed %" PRIu64
	    " entries with root %s, and as many with root %s", l->found.size,
	    hex_write(&l->arena, span_of(l->before.root.bytes, HASH_SIZE)),
	    hex_write(&l->arena, span_of(l->found.root.bytes, HASH_SIZE)));
	return ALARM_FORK;
}

static enum verdict
judge(struct watch *w, struct look *l)
{
	enum verdict verdict;

	if (last_read(w, l) != OK)
		return UNUSABLE;
	if (log_reader_checkpoint(w->reader, &l->note, &l->why) != OK)
		return l->why.code == ERR_LIMIT ? ALARM_UNSIGNED : NOTHING_SEEN;
	if (!found_read(w, l, &verdict))
		return verdict;
	if (l->found.size < l->before.size) {
		problem_set(&l->why, ERR_INVALID, "C2SP tlog-checkpoint",
		    "SHORTER: the log has signed %" PRIu64 " entries now, but %" PRIu64 " before", l->found.size,
		    l->before.size);
		return ALARM_SHORTER;
	}
	if (l->found.size == l->before.size && l->found.size > 0)
		return judge_same_size(l);
	return l->found.size == 0 ? UNCHANGED : judge_growth(w, l);
}

/* A checkpoint has no time of its own: it is as old as it is known here. */
static enum verdict
judge_age(const struct watch *w, struct look *l, enum verdict verdict)
{
	struct instant since = l->before.size ? l->since : w->begun;
	char text[INSTANT_TEXT];

	if ((verdict != UNCHANGED && verdict != NOTHING_SEEN) || w->stale == 0 ||
	    !instant_before(instant_after(since, w->stale), l->now))
		return verdict;
	if (verdict == NOTHING_SEEN)
		problem_within(&l->why, "STALE: nothing new since %s", instant_text(since, text));
	else
		problem_set(&l->why, ERR_INVALID, "",
		    "STALE: nothing new since %s: the log still has %" PRIu64 " entries", instant_text(since, text),
		    l->found.size);
	return ALARM_STALE;
}

/* What the alarm rests on. Of silence there is nothing to keep. */
static void
evidence_keep(struct watch *w, struct look *l, enum verdict verdict)
{
	struct evidence files[EVIDENCE_MOST] = {
		{ "why.txt", span_text(arena_print(&l->arena, "%s\n", l->why.text)) },
		{ "checkpoint", l->note },
		{ "kept-checkpoint", l->before_note },
	};
	size_t count = l->before_note.size ? 3 : 2, tiles = log_reader_count(w->reader);
	struct problem why;

	for (size_t i = 0; i < tiles && count < EVIDENCE_MOST; i++)
		files[count++] = (struct evidence){ arena_print(&l->arena, "tile/%s", log_reader_name(w->reader, i)),
			log_reader_bytes(w->reader, i) };
	if (log_keep_evidence(w->keep, &l->arena, verdicts[verdict].name, files, count, &l->evidence, &why) == OK)
		return;
	l->evidence = NULL;
	fputs("watashictl: the evidence could not be kept:\n", stderr);
	refused(&why);
}

static void
look_show_json(struct look *l, enum verdict verdict)
{
	char at[INSTANT_TEXT];
	json_t *answer = json_pack("{s:s,s:s}", "at", instant_text(l->now, at), "verdict", verdicts[verdict].name);

	if (l->found.origin.size) {
		json_object_set_new(answer, "size", json_integer((json_int_t)l->found.size));
		json_object_set_new(answer, "root",
		    json_string(hex_write(&l->arena, span_of(l->found.root.bytes, HASH_SIZE))));
	}
	if (l->before.size)
		json_object_set_new(answer, "kept", json_integer((json_int_t)l->before.size));
	if (verdict != UNCHANGED && verdict != CONTINUES)
		json_object_set_new(answer, "why", json_string(l->why.text));
	if (l->evidence)
		json_object_set_new(answer, "evidence", json_string(l->evidence));
	answer_print(answer);
	json_decref(answer);
}

static void
look_show(const struct look *l, enum verdict verdict, bool once)
{
	char at[INSTANT_TEXT];

	instant_text(l->now, at);
	if (verdict == CONTINUES && l->before.size)
		printf("%s %" PRIu64 " entries continue the %" PRIu64 " before\n", at, l->found.size, l->before.size);
	else if (verdict == CONTINUES)
		printf("%s %" PRIu64 " entries, the first that are kept here\n", at, l->found.size);
	else if (verdict == UNCHANGED && once)
		printf("%s %" PRIu64 " entries as before\n", at, l->found.size);
	else if (verdicts[verdict].alarm)
		fprintf(stderr, "watashictl: ALARM at %s\n", at);
}

static enum verdict
look(struct watch *w, bool json, bool once)
{
	struct look l = { .arena = arena_init(LOOK_ARENA), .now = clock_now() };
	enum verdict verdict = judge(w, &l);

	if (verdict == CONTINUES && log_keep_add(w->keep, l.found.size, l.note, l.now, &l.why) != OK)
		verdict = UNUSABLE;
	verdict = judge_age(w, &l, verdict);
	if (verdicts[verdict].alarm && verdict != ALARM_STALE)
		evidence_keep(w, &l, verdict);
	if (json)
		look_show_json(&l, verdict);
	else
		look_show(&l, verdict, once);
	if (verdict != UNCHANGED && verdict != CONTINUES)
		refused(&l.why);
	if (l.evidence)
		fprintf(stderr, "watashictl: the evidence is in %s\n", l.evidence);
	fflush(stdout);
	arena_release(&l.arena);
	return verdict;
}

struct wish {
	const char *url, *state, *authorities, *origin, *every, *stale;
	struct texts keys;
	bool once;
};

static enum ending
watch_run(struct ctl *ctl, const struct wish *wish, struct watch *w, unsigned every)
{
	enum verdict verdict = UNUSABLE;
	struct problem why;

	if (log_keep_open(wish->state, &w->keep, &why) != OK ||
	    log_reader_open(wish->url, wish->authorities, &w->reader, &why) != OK) {
		refused(&why);
	} else {
		verdict = look(w, ctl->json, wish->once);
		while (!wish->once && !verdicts[verdict].ends) {
			sleep(every);
			verdict = look(w, ctl->json, false);
		}
	}
	log_reader_close(w->reader);
	log_keep_close(w->keep);
	return verdict == UNCHANGED || verdict == CONTINUES ? DONE : REFUSED;
}

static bool
seconds_read(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	if (span_number(span_text(text), out) && *out >= least && *out <= most)
		return true;
	misused("--%s: expected %" PRIu64 " to %" PRIu64 " seconds, found \"%s\"", name, least, most, text);
	return false;
}

enum ending
ledger_watch(struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = { .every = "60", .stale = "86400" };
	const struct flag flags[] = {
		{ .name = "key", .argument = "VKEY", .help = KEY_HELP, .list = &wish.keys },
		{ .name = "state", .argument = "DIR", .text = &wish.state,
		    .help = "where its checkpoints and evidence are kept; made when missing" },
		{ .name = "once", .help = "look once", .set = &wish.once },
		{ .name = "every", .argument = "SECONDS", .help = "look so often (60)", .text = &wish.every },
		{ .name = "stale", .argument = "SECONDS", .text = &wish.stale,
		    .help = "alarm when nothing is new for so long (86400); 0: never" },
		{ .name = "origin", .argument = "NAME", .text = &wish.origin,
		    .help = "the log's name; that of the key when not given" },
		{ .name = "authorities", .argument = "FILE", .text = &wish.authorities,
		    .help = "CA certificates (PEM) in place of the system's" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger watch URL --key VKEY --state DIR",
		.about = "Watches the log at URL: keeps each signed checkpoint, and proves from tiles that it "
			 "continues the one\nbefore. Ends with status 1 and keeps the evidence when the log forks, "
			 "becomes shorter, is not signed,\nor is stale.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct watch w = { .begun = clock_now() };
	struct note_key *keys;
	uint64_t every, stale;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &wish.url, &ending))
		return ending;
	if (!ledger_keys_read(ctl, &wish.keys, &keys) || !seconds_read("every", wish.every, 1, 86400, &every) ||
	    !seconds_read("stale", wish.stale, 0, UINT64_C(366) * 86400, &stale))
		return USED_WRONGLY;
	if (!wish.state)
		return misused("--state: expected a directory to keep the log's checkpoints in");
	w.keys = keys;
	w.key_count = wish.keys.count;
	w.origin = wish.origin ? span_text(wish.origin) : keys[0].name;
	w.stale = SECONDS((int64_t)stale);
	return watch_run(ctl, &wish, &w, (unsigned)every);
}
