/* assurance/render.c - a framework as one document: its chapters in order, through whatever form. */
#include "assurance/criterion_wording.h"
#include "assurance/render_writer.h"

#define RENDERING_MEMORY (256 * MIB)

/* Texts */

struct localized
joined(struct writer *w, const struct localized *pieces, size_t count)
{
	struct buffer ja = buffer_init(FRAMEWORK_LARGEST), en = buffer_init(FRAMEWORK_LARGEST);
	struct localized out;

	for (size_t i = 0; i < count; i++) {
		buffer_add(&ja, pieces[i].ja);
		buffer_add(&en, pieces[i].en);
	}
	out = (struct localized){ arena_copy(w->arena, buffer_span(&ja)), arena_copy(w->arena, buffer_span(&en)) };
	buffer_release(&ja);
	buffer_release(&en);
	return out;
}

struct localized
worded(struct writer *w, const struct criterion *c, struct localized text)
{
	struct buffer ja = buffer_init(FRAMEWORK_LARGEST), en = buffer_init(FRAMEWORK_LARGEST);
	struct localized out;

	criterion_wording(&ja, c, w->framework->dictionary, text.ja, LANGUAGE_JA);
	criterion_wording(&en, c, w->framework->dictionary, text.en, LANGUAGE_EN);
	out = (struct localized){ arena_copy(w->arena, buffer_span(&ja)), arena_copy(w->arena, buffer_span(&en)) };
	buffer_release(&ja);
	buffer_release(&en);
	return out;
}

size_t
passages(const struct writer *w, struct localized text, struct passage out[2])
{
	size_t count = 0;

	if (span_equal(text.ja, text.en)) {
		out[0] = (struct passage){ text.ja, "" };
		return text.ja.size > 0;
	}
	if (w->languages & RENDER_JA && text.ja.size)
		out[count++] = (struct passage){ text.ja, "ja" };
	if (w->languages & RENDER_EN && text.en.size)
		out[count++] = (struct passage){ text.en, "en" };
	return count;
}

/* Blocks */

static void
lines_end(struct writer *w)
{
	if (w->lines)
		w->form->lines_close(w);
	w->lines = 0;
}

static void
row_end(struct writer *w)
{
	lines_end(w);
	if (w->row_open)
		w->form->row_close(w);
	w->row_open = false;
}

void
put_end(struct writer *w)
{
	row_end(w);
	if (w->block == BLOCK_ROWS)
		w->form->rows_close(w);
	else if (w->block == BLOCK_TABLE)
		w->form->table_close(w);
	w->block = BLOCK_NONE;
}

void
put_heading(struct writer *w, const struct heading *h)
{
	if (w->contents) {
		if (h->depth <= CONTENTS_DEPTH)
			w->form->contents_line(w, h);
		return;
	}
	put_end(w);
	w->form->heading(w, h);
}

void
put_part(struct writer *w, const char *ja, const char *en)
{
	const struct heading h = { .depth = 1, .number = arena_print(w->arena, "%c", w->part),
		.anchor = arena_print(w->arena, "part-%c", w->part), .title = words(ja, en) };

	put_heading(w, &h);
	w->part++;
}

void
put_paragraph(struct writer *w, struct localized text)
{
	if (w->contents || (!text.ja.size && !text.en.size))
		return;
	put_end(w);
	w->form->paragraph(w, text);
}

void
put_moment(struct writer *w, struct localized label, struct localized text, struct span moment)
{
	if (w->contents)
		return;
	if (w->block != BLOCK_ROWS) {
		put_end(w);
		w->form->rows_open(w);
		w->block = BLOCK_ROWS;
	}
	row_end(w);
	w->form->row(w, label, text, moment);
	w->row_open = true;
}

void
put_row(struct writer *w, struct localized label, struct localized text)
{
	put_moment(w, label, text, (struct span){ 0 });
}

void
put_line(void *writer, unsigned depth, struct localized text)
{
	struct writer *w = writer;

	if (w->contents)
		return;
	w->form->line(w, depth, text);
	w->lines = depth + 1;
}

void
put_table(struct writer *w, const struct localized *heads, size_t count)
{
	if (w->contents)
		return;
	put_end(w);
	for (size_t i = 0; i < count; i++)
		w->heads[i] = heads[i];
	w->form->table_open(w, heads, count);
	w->block = BLOCK_TABLE;
}

void
put_cells(struct writer *w, const struct localized *cells, size_t count)
{
	if (!w->contents)
		w->form->table_row(w, cells, count);
}

/* The whole */

static void
render_chapters(struct writer *w)
{
	w->part = 'A';
	render_table(w);
	render_levels(w);
	render_criteria(w);
	render_profiles(w);
	render_steps(w);
	render_mappings(w);
	render_sources(w);
	render_facts(w);
	put_end(w);
}

void
framework_render(struct buffer *out, const struct framework *f, enum render_form form, enum render_languages languages,
    bool sealed)
{
	struct arena a = arena_init(RENDERING_MEMORY);
	struct writer w = { .form = form == RENDER_HTML ? &html_form : &text_form, .out = out, .framework = f,
	    .arena = &a,
		.languages = languages };

	w.form->open(&w, JOINED(&w, f->title, words(" ", " "), same(f->version)));
	render_front(&w, sealed);
	put_end(&w);
	w.contents = true;
	w.form->contents_open(&w, words("目次", "Contents"));
	render_chapters(&w);
	w.form->contents_close(&w);
	w.contents = false;
	render_chapters(&w);
	w.form->close(&w);
	arena_release(&a);
}
