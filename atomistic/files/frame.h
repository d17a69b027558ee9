/* One configuration of atoms as files hold it: a GbAtoms, when it was, and further numbers per atom
 * by name. */
#ifndef GB_ATOMISTIC_FRAME_H
#define GB_ATOMISTIC_FRAME_H

#include "atomistic/engine/atoms.h"

enum { GB_COLUMN_NAME = 64, GB_MAX_COLUMNS = 64 };

typedef struct {
  char name[GB_COLUMN_NAME]; /* no blanks, no slash; "c_stress[1]" */
  double *values;            /* [n] */
} GbColumn;

typedef struct {
  GbAtoms atoms;   /* by ascending id when read from a file */
  int64_t step;    /* -1: the file does not say */
  double time_ps;  /* NaN: the file does not say */
  double strain;   /* NaN: the file does not say */
  bool velocities; /* atoms.v holds some */
  bool forces;     /* atoms.f holds some */
  bool masses;     /* atoms.mass is from the file (else 1) */
  bool boundaries; /* atoms.periodic is from the file (else all true) */
  bool wrapped;    /* positions are those in the box: displacements may be off by whole boxes */
  double tilt[3];  /* xy xz yz of a triclinic box, angstrom: its edges are (Lx 0 0), (xy Ly 0),
                    * (xz yz Lz); else 0 */
  bool untyped;    /* the file does not tell the types: all are 1 */
  int ncolumns;
  GbColumn columns[GB_MAX_COLUMNS];
} GbFrame;

/* A frame without atoms that says nothing about itself. */
void GbFrameInit(GbFrame *frame);
/* Arrays for n atoms; types with mass 1. */
GbStatus GbFrameAllocate(GbFrame *frame, int n);
void GbFrameFree(GbFrame *frame);
/* A new zeroed column; GB_ERR_INPUT if there are too many or the name is used or has no place in a
 * file. *values may be NULL. */
GbStatus GbFrameAddColumn(GbFrame *frame, const char *name, double **values);
/* NULL if there is none of that name. */
const double *GbFrameColumn(const GbFrame *frame, const char *name);
/* Sorts by id. GB_ERR_INPUT, with `path`, if two are equal. */
GbStatus GbFrameSort(GbFrame *frame, const char *path);
bool GbFrameTilted(const GbFrame *frame);
/* True if some atom lies outside the box along a periodic axis. */
bool GbFrameLeavesBox(const GbFrame *frame);

/* --- For readers: names of elements become types --------------------------------------------- */
typedef struct {
  int n;
  char name[GB_MAX_TYPES][4];
} GbElements;
/* Index of the name, new ones at the end; -1 if it is too long or there are too many. */
int GbElementsFind(GbElements *elements, const char *name);
/* Types were numbered in the order of appearance: renumbers them in alphabetical order, which does
 * not depend on the order of atoms, masses too, and sets ntypes and element. */
void GbElementsApply(const GbElements *elements, GbAtoms *atoms);

#endif
