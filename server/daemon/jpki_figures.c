/* daemon/jpki_figures.c - figures of proofing for /metrics. */
#include "daemon/jpki_figures.h"

#include "daemon/exposition.h"
#include "transaction/proofing/figures.h"

static void
write_counted(struct buffer *b, const struct child *child)
{
	struct proofing_figure f;

	for (size_t n = 0; proofing_figure(n, &f); n++) {
		if (f.first)
			figure_describe(b, f.family, "counter", f.help);
		buffer_print(b, "%s{%s=\"%s\"", f.family, f.labels[0], f.values[0]);
		if (f.values[1])
			buffer_print(b, ",%s=\"%s\"", f.labels[1], f.values[1]);
		buffer_print(b, "} %llu\n", (unsigned long long)figure_sum(child, f.figure));
	}
	figure_describe(b, "watashi_courier_waiting", "gauge",
	    "Questions to responders and operators that wait for an answer.");
	buffer_print(b, "watashi_courier_waiting %llu\n",
	    (unsigned long long)figure_sum(child, FIGURE_COURIER_WAITING));
}

/* Lists of one purpose, full ones or deltas: of which the oldest and the first to end are looked at. */
struct list_set {
	unsigned count, stale;
	struct instant oldest, next;
};
enum { FULL, DELTA, LIST_KINDS };
typedef struct list_set list_sets[JPKI_AUTHENTICATION + 1][LIST_KINDS];

static void
add_list(struct list_set *s, const struct crl_list *list, struct instant now)
{
	s->count++;
	s->stale += instant_before(list->next_update, now);
	if (s->count == 1 || instant_before(list->this_update, s->oldest))
		s->oldest = list->this_update;
	if (s->count == 1 || instant_before(list->next_update, s->next))
		s->next = list->next_update;
}

enum list_gauge { LISTS, AGE, NEXT };

static long long
gauge_of(const struct list_set *s, enum list_gauge gauge, struct instant now)
{
	return gauge == LISTS ? s->count : gauge == AGE ? (now.us - s->oldest.us) / SECONDS(1)
	    : s->next.us / SECONDS(1);
}

/* A set that has none is absent, not zero. */
static void
write_sets(struct buffer *b, list_sets sets, enum list_gauge gauge, const char *name, const char *help,
    struct instant now)
{
	static const char *const kinds[] = { [FULL] = "full", [DELTA] = "delta" };

	figure_describe(b, name, "gauge", help);
	for (enum jpki_purpose p = JPKI_SIGNATURE; p <= JPKI_AUTHENTICATION; p++)
		for (size_t k = FULL; k < LIST_KINDS; k++)
			if (sets[p][k].count)
				buffer_print(b, "%s{purpose=\"%s\",kind=\"%s\"} %lld\n", name, jpki_purpose_name(p),
				    kinds[k], gauge_of(&sets[p][k], gauge, now));
}

/* The last good list stays in force until its nextUpdate: an alarm is set on that. */
static void
write_lists(struct buffer *b, struct crl_store *lists, struct instant now)
{
	list_sets sets = { 0 };
	struct list_set all = { 0 };
	struct problem why;
	struct crl_row row;

	/* A manifest that cannot be read leaves what was there, and the steward's log tells. */
	crl_store_refresh(lists, &why);
	for (size_t n = 0; crl_store_row(lists, n, &row); n++) {
		const struct crl_list *list = crl_index_list(row.index);

		add_list(&sets[row.anchor->purpose][list->base_number.size ? DELTA : FULL], list, now);
		add_list(&all, list, now);
	}
	figure_describe(b, "watashi_jpki_lists", "gauge", "Revocation lists at hand.");
	buffer_print(b, "watashi_jpki_lists %u\n", all.count);
	figure_describe(b, "watashi_jpki_lists_stale", "gauge", "Those of them that are past their nextUpdate.");
	buffer_print(b, "watashi_jpki_lists_stale %u\n", all.stale);
	if (all.count == 0)
		return;
	figure_describe(b, "watashi_jpki_lists_next_update_timestamp_seconds", "gauge",
	    "When the first of them ends.");
	buffer_print(b, "watashi_jpki_lists_next_update_timestamp_seconds %lld\n",
	    (long long)(all.next.us / SECONDS(1)));
	write_sets(b, sets, LISTS, "watashi_jpki_list_set_lists", "Lists of a set: of one purpose, full or delta.",
	    now);
	write_sets(b, sets, AGE, "watashi_jpki_list_set_age_seconds", "How long ago the oldest of the set was made.",
	    now);
	write_sets(b, sets, NEXT, "watashi_jpki_list_set_next_update_timestamp_seconds",
	    "When the first of the set ends.", now);
}

void
jpki_figures_write(struct buffer *b, const struct child *child, const struct jpki_setup *setup, struct instant now)
{
	write_counted(b, child);
	if (setup->lists)
		write_lists(b, setup->lists, now);
}
