/* The arrays are inline base64: VTK's own default, appended raw data, cannot be read by ParaView
 * 5.11 with the libexpat of Debian 12's security updates. XDMF was rejected: ParaView's default
 * reader aborts on two-dimensional rectilinear meshes. */
#include "mesoscale/fields/vti.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Bytes that wait for a whole group of three. */
typedef struct {
  FILE *to;
  uint8_t group[3];
  int filled;
} Encoder;

static void put_group(Encoder *e)
{
  const uint8_t *g = e->group;
  const char text[4] = {digits[g[0] >> 2], digits[(g[0] & 3) << 4 | g[1] >> 4],
                        e->filled > 1 ? digits[(g[1] & 15) << 2 | g[2] >> 6] : '=',
                        e->filled > 2 ? digits[g[2] & 63] : '='};
  fwrite(text, 1, sizeof(text), e->to);
  *e = (Encoder){.to = e->to};
}

static void encode(Encoder *e, const void *data, size_t size)
{
  const uint8_t *bytes = data;
  for (size_t i = 0; i < size; i++) {
    e->group[e->filled++] = bytes[i];
    if (e->filled == 3) put_group(e);
  }
}

/* The size in bytes as a 64-bit integer, then the bytes, encoded as one. */
static void put_array(FILE *vti, const char *type, const char *name, const char *units,
                      const void *data, uint64_t size)
{
  Encoder encoder = {.to = vti};
  fprintf(vti, "    <DataArray type=\"%s\" Name=\"%s\" format=\"binary\">", type, name);
  encode(&encoder, &size, sizeof(size));
  encode(&encoder, data, size);
  if (encoder.filled > 0) put_group(&encoder);
  if (units)
    fprintf(vti,
            "<InformationKey name=\"UNITS_LABEL\" location=\"vtkDataArray\"><![CDATA[%s]]>"
            "</InformationKey>",
            units);
  fprintf(vti, "</DataArray>\n");
}

static void put_head(FILE *file, const char *type)
{
  const uint16_t one = 1;
  uint8_t first;
  memcpy(&first, &one, 1);
  fprintf(file,
          "<?xml version=\"1.0\"?>\n<VTKFile type=\"%s\" version=\"1.0\" byte_order=\"%s\" "
          "header_type=\"UInt64\">\n",
          type, first ? "LittleEndian" : "BigEndian");
}

static void put_fact(FILE *vti, const char *name, double value)
{
  fprintf(vti,
          "   <DataArray type=\"Float64\" Name=\"%s\" NumberOfTuples=\"1\" format=\"ascii\">%.17g"
          "</DataArray>\n",
          name, value);
}

void GbVtiBegin(FILE *vti, const GbGrid *grid, double strain, double time_s, const char *first)
{
  char extent[64];
  snprintf(extent, sizeof(extent), "0 %d 0 %d 0 %d", grid->nx, grid->ny > 1 ? grid->ny : 0,
           grid->nz);
  put_head(vti, "ImageData");
  fprintf(vti, " <ImageData WholeExtent=\"%s\" Origin=\"0 0 0\" Spacing=\"%.17g %.17g %.17g\">\n",
          extent, grid->edge_nm, grid->edge_nm, grid->edge_nm);
  fprintf(vti, "  <FieldData>\n");
  put_fact(vti, "strain", strain);
  put_fact(vti, "time_s", time_s);
  fprintf(vti, "  </FieldData>\n  <Piece Extent=\"%s\">\n   <CellData Scalars=\"%s\">\n", extent,
          first);
}

void GbVtiDoubles(FILE *vti, const char *name, const char *units, size_t n, const double *values)
{
  put_array(vti, "Float64", name, units, values, n * sizeof(*values));
}

void GbVtiBytes(FILE *vti, const char *name, size_t n, const uint8_t *values)
{
  put_array(vti, "UInt8", name, NULL, values, n);
}

void GbVtiEnd(FILE *vti)
{
  fprintf(vti, "   </CellData>\n  </Piece>\n </ImageData>\n</VTKFile>\n");
}

void GbPvdBegin(FILE *pvd)
{
  put_head(pvd, "Collection");
  fprintf(pvd, " <Collection>\n");
}

void GbPvdAdd(FILE *pvd, double time, const char *file)
{
  fprintf(pvd, "  <DataSet timestep=\"%.17g\" part=\"0\" file=\"%s\"/>\n", time, file);
}

void GbPvdEnd(FILE *pvd)
{
  fprintf(pvd, " </Collection>\n</VTKFile>\n");
}
