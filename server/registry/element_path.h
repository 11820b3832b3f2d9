/* registry/element_path.h - where in an entity's descriptor an element stands, as people are told: its way down from
 * the entity, numbered among its siblings of that name from 1: "SPSSODescriptor[1]/Extensions/UIInfo/Logo[2]".
 *
 * What may stand but once has no number unless it is the second; the entity itself is "".
 */
#pragma once

#include "base/span.h"

#define ELEMENT_PATH_LARGEST 512

/* Adds one step to `path`, which has `size` bytes and room for ELEMENT_PATH_LARGEST; number 0: unknown. Returns the new
 * size; a step there is no room for is left out, and the path ends above it. */
size_t element_path_add(char path[ELEMENT_PATH_LARGEST], size_t size, const char *local, unsigned number);
