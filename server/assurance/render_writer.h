/* assurance/render_writer.h - a document being written: what its chapters say, and the forms that give it its looks.
 *
 * A document is walked twice: once for its contents, of which only headings are written, and once for itself.
 */
#pragma once

#include "assurance/render.h"
#include "base/arena.h"

#define TABLE_COLUMNS (LEVELS_LARGEST + 2)
#define CONTENTS_DEPTH 2 /* headings up to there stand in the contents */

struct writer;

struct heading {
	unsigned depth;          /* 1: a part; 2: a chapter; 3, 4 */
	const char *number;      /* "B", "1.1.1" */
	const char *anchor;
	struct localized title;
	struct span id;          /* in parentheses behind the title; may be empty */
};

enum block { BLOCK_NONE, BLOCK_ROWS, BLOCK_TABLE };

struct form {
	void (*open)(struct writer *, struct localized title);
	void (*contents_open)(struct writer *, struct localized title);
	void (*contents_line)(struct writer *, const struct heading *);
	void (*contents_close)(struct writer *);
	void (*heading)(struct writer *, const struct heading *);
	void (*paragraph)(struct writer *, struct localized);
	void (*rows_open)(struct writer *);
	/* `moment`, when not empty, is the text's point in time for machines. */
	void (*row)(struct writer *, struct localized label, struct localized text, struct span moment);
	void (*row_close)(struct writer *);
	void (*rows_close)(struct writer *);
	void (*line)(struct writer *, unsigned depth, struct localized);
	void (*lines_close)(struct writer *);
	void (*table_open)(struct writer *, const struct localized *heads, size_t count);
	void (*table_row)(struct writer *, const struct localized *cells, size_t count);
	void (*table_close)(struct writer *);
	void (*close)(struct writer *);
};
extern const struct form text_form, html_form;

struct writer {
	const struct form *form;
	struct buffer *out;
	const struct framework *framework;
	struct arena *arena;
	enum render_languages languages;
	bool contents;           /* the first walk */
	bool brief;              /* parts need no page of their own */
	char part;               /* the letter of the part at hand */
	enum block block;
	bool row_open;
	unsigned lines;          /* how many lists are open, one in the other */
	struct localized heads[TABLE_COLUMNS];
};

/* What chapters write with; blocks are opened and closed as they need. */
void put_part(struct writer *, const char *ja, const char *en); /* lettered */
void put_heading(struct writer *, const struct heading *);
void put_paragraph(struct writer *, struct localized);
void put_row(struct writer *, struct localized label, struct localized text);
void put_moment(struct writer *, struct localized label, struct localized text, struct span moment);
void put_instant(struct writer *, struct localized label, struct instant); /* of the clocks in Japan */
void put_digest(struct writer *, struct span sum);
void put_line(void *writer, unsigned depth, struct localized); /* within a row; of type condition_line */
void put_table(struct writer *, const struct localized *heads, size_t count);
void put_cells(struct writer *, const struct localized *cells, size_t count);
void put_end(struct writer *);

/* Texts */
static inline struct localized
words(const char *ja, const char *en)
{
	return (struct localized){ span_text(ja), span_text(en) };
}
static inline struct localized
same(struct span text)
{
	return (struct localized){ text, text };
}
struct localized joined(struct writer *, const struct localized *pieces, size_t count);
#define JOINED(w, ...) \
	joined((w), (const struct localized[]){ __VA_ARGS__ }, COUNT(((const struct localized[]){ __VA_ARGS__ })))
struct localized worded(struct writer *, const struct criterion *, struct localized);

/* The texts of one passage in the document's languages, the same one only once; returns how many. */
struct passage {
	struct span text;
	const char *language; /* "ja", "en"; "" where both are the same */
};
size_t passages(const struct writer *, struct localized, struct passage out[2]);

/* The chapters, in order. */
void render_front(struct writer *, bool sealed);
void render_table(struct writer *);
void render_levels(struct writer *);
void render_criteria(struct writer *);
void render_profiles(struct writer *);
void render_steps(struct writer *);
void render_mappings(struct writer *);
void render_sources(struct writer *);
void render_facts(struct writer *);

/* Words that several chapters use. */
struct localized level_wording(struct writer *, const struct area *, uint8_t level); /* "2 レベル2（中）" */
struct localized comparison_wording(enum comparison); /* "or higher" */
struct localized status_wording(enum status);
struct localized provenance_wording(enum provenance);
struct localized asserter_wording(struct span word);
struct localized privacy_wording(struct span word);
struct localized citation_wording(struct writer *, const struct citation *);
const char *level_number(struct writer *, uint8_t area, uint8_t level); /* "1.2"; "1.0": whatever the level */
const char *criterion_number(struct writer *, size_t criterion); /* "1.2.3": area, level ("0": any), place */
