/* assurance/render_html.c - a document as one HTML file, to be read on a screen or printed on A4. */
#include "assurance/render_writer.h"

static const char style[] =
    "@page{size:A4;margin:22mm 20mm;@bottom-center{content:counter(page) ' / ' counter(pages);font-size:9pt}}\n"
    "html{font:11pt/1.7 'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu "
    "Gothic',sans-serif;color:#111;background:#fff}\n"
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.7rem;line-height:1.35;border-bottom:3px solid #111;padding-bottom:.5rem}\n"
    "h2{font-size:1.35rem;border-bottom:1px solid #111;margin:3rem 0 1rem}\n"
    "h3{font-size:1.15rem;margin:2rem 0 .5rem}\n"
    "h4{font-size:1rem;margin:1.75rem 0 .5rem;background:#eee;padding:.2rem .5rem}\n"
    "h5{font-size:1rem;margin:1.5rem 0 .25rem}\n"
    ".number{margin-right:.75em}.id{font-weight:400;font-size:.9em}\n"
    "h1 [lang],h2 [lang],h3 [lang],h4 [lang],h5 [lang]{margin-right:.6em}\n"
    ".two>[lang=en]{color:#444}\n"
    "div[lang],dd>div,td>div,p{white-space:pre-line;margin:.2rem 0;overflow-wrap:anywhere}\n"
    "dl{display:grid;grid-template-columns:9rem 1fr;gap:.15rem .8rem;margin:.4rem 0;font-size:.95rem}\n"
    "dt{color:#444}dd{margin:0;min-width:0;overflow-wrap:anywhere}\n"
    "dd ul{margin:.1rem 0;padding-left:1.3rem}li{margin:0}\n"
    "table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.95rem}\n"
    "th,td{border:1px solid #777;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n"
    "th{background:#eee;font-weight:600}td:first-child{min-width:6.5rem}td:last-child{min-width:8rem}\n"
    ".table{overflow-x:auto}.brief th,.brief td{min-width:0;overflow-wrap:break-word}.brief th{word-break:keep-all}\n"
    ".brief :is(th,td):not(:first-child){text-align:right;font-variant-numeric:tabular-nums}\n"
    "mark{background:#fff3bf;color:inherit}\n"
    "nav ol{list-style:none;padding-left:0}nav .depth2{padding-left:2rem}nav "
    ".depth1{font-weight:600;margin-top:.4rem}\n"
    "nav a{color:inherit;text-decoration:none}nav a:hover{text-decoration:underline}\n"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}\n"
    "@media print{.table{overflow:visible}html{font-size:10pt;line-height:1.55}"
    "body{margin:0;max-width:none;padding:0}h2{break-before:page;margin-top:0}\n"
    "nav{break-before:page}.brief nav,.brief h2{break-before:auto}.brief h2{margin-top:2rem}"
    "h2,h3,h4,h5{break-after:avoid}tr{break-inside:avoid}p,dd,li{orphans:2;widows:2}\n"
    "mark,th,h4{print-color-adjust:exact;-webkit-print-color-adjust:exact}dl{grid-template-columns:8rem 1fr}}\n";

/* Reconstructed words stand in 【 】, which nothing else uses. */
static void
put_escaped(struct buffer *b, struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		struct span rest = span_skip(text, i);

		switch (text.data[i]) {
		case '&': buffer_text(b, "&amp;"); continue;
		case '<': buffer_text(b, "&lt;"); continue;
		case '>': buffer_text(b, "&gt;"); continue;
		case '"': buffer_text(b, "&quot;"); continue;
		default: break;
		}
		if (span_starts(rest, "【"))
			buffer_text(b, "<mark>");
		buffer_byte(b, text.data[i]);
		if (i >= 2 && span_starts(span_skip(text, i - 2), "】"))
			buffer_text(b, "</mark>");
	}
}

/* In one line: `<span lang=…>`; where it stands for itself: `<div lang=…>`. */
static void
put_passages(struct writer *w, struct localized text, const char *element, const char *between)
{
	struct passage p[2];
	size_t count = passages(w, text, p);

	for (size_t i = 0; i < count; i++) {
		buffer_text(w->out, i > 0 ? between : "");
		buffer_print(w->out, p[i].language[0] ? "<%s lang=\"%s\">" : "<%s>", element, p[i].language);
		put_escaped(w->out, p[i].text);
		buffer_print(w->out, "</%s>", element);
	}
}

static void
html_open(struct writer *w, struct localized title)
{
	buffer_print(w->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
	    w->languages & RENDER_JA ? "ja" : "en");
	buffer_text(w->out, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	put_escaped(w->out, w->languages & RENDER_JA ? title.ja : title.en);
	buffer_print(w->out, "</title>\n<style>\n%s</style>\n</head>\n<body%s>\n<header>\n<h1>", style,
	    w->brief ? " class=\"brief\"" : "");
	put_passages(w, title, "span", "<br>");
	buffer_text(w->out, "</h1>\n");
}

static void
html_contents_open(struct writer *w, struct localized title)
{
	buffer_text(w->out, "</header>\n<nav aria-labelledby=\"contents\">\n<h3 id=\"contents\">");
	put_passages(w, title, "span", " ");
	buffer_text(w->out, "</h3>\n<ol>\n");
}

static void
html_contents_line(struct writer *w, const struct heading *h)
{
	buffer_print(w->out, "<li class=\"depth%u\"><a href=\"#%s\"><span class=\"number\">%s</span>", h->depth,
	    h->anchor, h->number);
	put_passages(w, h->title, "span", " / ");
	buffer_text(w->out, "</a></li>\n");
}

static void
html_contents_close(struct writer *w)
{
	buffer_text(w->out, "</ol>\n</nav>\n<main>\n");
}

static void
html_heading(struct writer *w, const struct heading *h)
{
	buffer_print(w->out, "<h%u id=\"%s\"><span class=\"number\">%s</span>", h->depth + 1, h->anchor, h->number);
	put_passages(w, h->title, "span", " ");
	if (h->id.size) {
		buffer_text(w->out, " <span class=\"id\">(");
		put_escaped(w->out, h->id);
		buffer_text(w->out, ")</span>");
	}
	buffer_print(w->out, "</h%u>\n", h->depth + 1);
}

static void
html_paragraph(struct writer *w, struct localized text)
{
	buffer_text(w->out, "<div class=\"two\">");
	put_passages(w, text, "p", "");
	buffer_text(w->out, "</div>\n");
}

static void
html_rows_open(struct writer *w)
{
	buffer_text(w->out, "<dl>\n");
}

static void
html_row(struct writer *w, struct localized label, struct localized text, struct span moment)
{
	buffer_text(w->out, "<dt>");
	put_passages(w, label, "span", " / ");
	buffer_text(w->out, "</dt><dd class=\"two\">");
	if (moment.size) {
		buffer_text(w->out, "<time datetime=\"");
		put_escaped(w->out, moment);
		buffer_text(w->out, "\">");
	}
	put_passages(w, text, moment.size ? "span" : "div", moment.size ? "<br>" : "");
	buffer_text(w->out, moment.size ? "</time>" : "");
}

static void
html_row_close(struct writer *w)
{
	buffer_text(w->out, "</dd>\n");
}

static void
html_rows_close(struct writer *w)
{
	buffer_text(w->out, "</dl>\n");
}

static void
html_line(struct writer *w, unsigned depth, struct localized text)
{
	for (unsigned open = w->lines; open > depth + 1; open--)
		buffer_text(w->out, "</li></ul>");
	buffer_text(w->out, w->lines > depth ? "</li>\n<li class=\"two\">" : "<ul>\n<li class=\"two\">");
	put_passages(w, text, "div", "");
}

static void
html_lines_close(struct writer *w)
{
	for (unsigned open = w->lines; open > 0; open--)
		buffer_text(w->out, "</li></ul>");
}

static void
html_table_open(struct writer *w, const struct localized *heads, size_t count)
{
	buffer_text(w->out, "<div class=\"table\" tabindex=\"0\"><table>\n<thead><tr>");
	for (size_t i = 0; i < count; i++) {
		buffer_text(w->out, "<th scope=\"col\">");
		put_passages(w, heads[i], "span", " / ");
		buffer_text(w->out, "</th>");
	}
	buffer_text(w->out, "</tr></thead>\n<tbody>\n");
}

static void
html_table_row(struct writer *w, const struct localized *cells, size_t count)
{
	buffer_text(w->out, "<tr>");
	for (size_t i = 0; i < count; i++) {
		buffer_text(w->out, "<td class=\"two\">");
		put_passages(w, cells[i], "div", "");
		buffer_text(w->out, "</td>");
	}
	buffer_text(w->out, "</tr>\n");
}

static void
html_table_close(struct writer *w)
{
	buffer_text(w->out, "</tbody>\n</table></div>\n");
}

static void
html_close(struct writer *w)
{
	buffer_text(w->out, "</main>\n</body>\n</html>\n");
}

const struct form html_form = {
	.open = html_open,
	.contents_open = html_contents_open,
	.contents_line = html_contents_line,
	.contents_close = html_contents_close,
	.heading = html_heading,
	.paragraph = html_paragraph,
	.rows_open = html_rows_open,
	.row = html_row,
	.row_close = html_row_close,
	.rows_close = html_rows_close,
	.line = html_line,
	.lines_close = html_lines_close,
	.table_open = html_table_open,
	.table_row = html_table_row,
	.table_close = html_table_close,
	.close = html_close,
};
