/* front/policy/version_document.h - a published version as one JSON document: all of its files together, its texts with
 * their parameters' values put in, and what the federation says of it.
 *
 *     {"framework","version","title","text","valid_from","digest","published","ledger":{"leaf","entry"},"key","note",
 *      "areas","composed","table","criteria","profiles","steps","documents","mappings","facts","files","tests"}
 *
 * Parts are as they were written, without comments; each criterion knows its area and the facts it reads, each profile
 * how the criteria read whose parameters it changes.
 */
#pragma once

#include "base/buffer.h"
#include "transaction/policy/shelf.h"

void version_document_write(struct buffer *, const struct shelf_policy *);
