"""The faults of mutate.py: one small change each, of a kind that hands make.

F(name, file, old, new, tests[, reason]): `old` stands once in the file; `tests`, a regular
expression for ctest, should see the change. A fault that no test can see because it changes no
result has a reason.
"""
import collections

Fault = collections.namedtuple("Fault", "name file old new tests reason")
FAULTS = []


def F(name, file, old, new, tests, reason=""):
    FAULTS.append(Fault(name, file, old, new, tests, reason))


# --- Molecular dynamics ---------------------------------------------------------------------------

ENSEMBLES = r"^verify\.atomistic\.(ensembles|limits|thermostat)$"
NVE = r"^(verify\.atomistic\.nve|unit\.atomistic\.md_passes)$"
FILE = "atomistic/engine/barostat.c"
F("barostat drift", FILE, "rate / 3.0 * (pressure[d] - target)", "rate * (pressure[d] - target)",
  ENSEMBLES)
F("barostat noise", FILE, "sqrt(2.0 * kT * rate / (3.0 * volume))",
  "sqrt(kT * rate / (3.0 * volume))", ENSEMBLES)
F("isotropic barostat sign", FILE, "rate * (mean / axes - target)",
  "rate * (target - mean / axes)", ENSEMBLES)
F("MTK kinetic term", FILE, "+ 2.0 * kinetic / freedoms : 0.0", ": 0.0", ENSEMBLES)
F("MTK drag", FILE, "(rate[d] + all)", "(rate[d])", ENSEMBLES)
FILE = "atomistic/engine/thermostat.c"
F("rescaling cross term", FILE, "2.0 * r * sqrt(c * (1.0 - c) * ratio)",
  "r * sqrt(c * (1.0 - c) * ratio)", ENSEMBLES)
F("rescaling decay", FILE, "c = exp(-dt / tau), ratio", "c = exp(-2.0 * dt / tau), ratio",
  ENSEMBLES)
F("gamma variate", FILE, "d * (1.0 - v + log(v))", "d * (1.0 - v - log(v))", ENSEMBLES)
F("chain force", FILE, "2.0 * kinetic - freedoms * kT :", "kinetic - freedoms * kT :", ENSEMBLES)
F("chain work", FILE, "kT * (k == 0 ? freedoms : 1.0) * v[k]", "kT * v[k]", ENSEMBLES)
FILE = "atomistic/engine/integrate.c"
F("drift along another axis", FILE, "x[i][0] += good ? dt * v0 : 0.0;",
  "x[i][0] += good ? dt * v1 : 0.0;", NVE)
F("kick", FILE, "table->kick[t] = 0.5 * dt / table->mass[t];",
  "table->kick[t] = dt / table->mass[t];", NVE)
F("Langevin width", FILE, "-expm1(-2.0 * s->dt / s->tau)", "-expm1(-s->dt / s->tau)", ENSEMBLES)
FILE = "atomistic/engine/md_step.c"
F("box work", FILE, "run->p.work -= 0.5 * (before[d] + after[d])",
  "run->p.work += 0.5 * (before[d] + after[d])", ENSEMBLES)
F("velocities against the box", FILE, "mtk ? 1.0 : 1.0 / step->stretch[d];",
  "mtk ? 1.0 : step->stretch[d];", ENSEMBLES)
F("engineering strain", FILE, "strain * run->p.reference_length[d];",
  "strain * run->p.start_length[d];", ENSEMBLES + "|^unit.atomistic.md")
F("heat of the thermostat", FILE, "(factor * factor - 1.0) * kinetic", "(factor - 1.0) * kinetic",
  ENSEMBLES)
FILE = "atomistic/engine/md_sample.c"
F("kinetic part of the stress", FILE, "-(p->result.virial[c] + p->kinetic[c])",
  "-(p->result.virial[c] - p->kinetic[c])", ENSEMBLES)
F("temperature", FILE, "2.0 * sample->kinetic_eV / (run->freedoms",
  "sample->kinetic_eV / (run->freedoms", ENSEMBLES)
F("mean lengths", FILE, "means->length[d] = value[8 + d];", "means->length[d] = value[7 + d];",
  ENSEMBLES + r"|^unit\.atomistic\.md_.*")
FILE = "atomistic/engine/eam_passes.h"
LAMMPS = r"^(verify\.atomistic\.lammps|unit\.atomistic\.force)$"
F("shear virial", FILE, "sums->stress[4] += f[0] * d[2];", "sums->stress[4] += f[1] * d[2];",
  LAMMPS)
F("embedding of the neighbour", FILE, "return fused(at_j, weight_at(&f, s), fused(at_i, w, g));",
  "return fused(at_i, weight_at(&f, s), fused(at_j, w, g));",
  LAMMPS + r"|^(unit|verify)\.atomistic\.(kernels|two_elements|setfl)$")
F("slope of r phi", FILE, "(slope - value * place->per_r) * place->per_r;",
  "(slope + value * place->per_r) * place->per_r;", LAMMPS + r"|^verify\.atomistic\.kernels$")
BOX = r"^(verify\.atomistic\.crystals|unit\.atomistic\.minimize_distributed)$"
MINIMISE = r"^unit\.atomistic\.minimize$"
FILE = "atomistic/engine/minimize.c"
F("force on the box", FILE, "relax[d] ? descent->current.virial[d] /",
  "relax[d] ? -descent->current.virial[d] /", BOX)
F("atoms follow the box", FILE, "(a->x[i][d] - lo[d]) * factor[d] + along[d]",
  "(a->x[i][d] - lo[d]) + along[d]", BOX,
  "another way down: forces and stress still have to vanish where it ends")
F("FIRE uphill", "atomistic/engine/minimize_fire.c", "if (p->fv > 0.0) {", "if (p->fv < 0.0) {",
  MINIMISE)
F("CG slope", "atomistic/engine/minimize_cg.c", "return line->low + 0.5 * width;",
  "return line->high + 0.5 * width;", MINIMISE,
  "where a line search looks next after a step too far: it ends at the same tolerance of force")

# --- Analysis of atoms ----------------------------------------------------------------------------

STRAIN = r"^verify\.analysis\.strain$"
FILE = "atomistic/analysis/strain.c"
F("volumetric strain", FILE, "strain->volumetric[i] = (e[0] + e[1] + e[2]) / 3.0;",
  "strain->volumetric[i] = (e[0] + e[1] + e[2]);", STRAIN)
F("eta_Mises", FILE, "(xy * xy + yz * yz + zx * zx) / 6.0",
  "(xy * xy + yz * yz + zx * zx) / 3.0", STRAIN)
F("strain component xz", FILE, "e[4] = 0.5 * square[0][2];", "e[4] = 0.5 * square[0][1];", STRAIN)
F("F or its transpose", FILE, "w[r][c] += now[r] * before[c];", "w[r][c] += before[r] * now[c];",
  STRAIN)
F("D2min of the total motion", FILE, "(now[r] - affine) * (now[r] - affine)",
  "(now[r] - before[r]) * (now[r] - before[r])", STRAIN)
FILE = "atomistic/analysis/neighbors.c"
F("image of a neighbour", FILE, "other->image[d] - self->image[d]",
  "other->image[d] + self->image[d]", r"^(unit\.analysis\.neighbors|verify\.analysis)")
F("neighbour cutoff", FILE, "> cutoff * cutoff) continue;", "> 2 * cutoff * cutoff) continue;",
  r"^unit\.analysis\.neighbors$")
ZONES = r"^unit\.analysis\.zones$"
FILE = "atomistic/analysis/zones.c"
F("sides of a sample", FILE, "side == LEFT ? step : n - 1 - step",
  "side == RIGHT ? step : n - 1 - step", ZONES)
F("angle of a band", FILE, "0.5 * atan2(2.0 * xz, xx - zz)", "0.5 * atan2(2.0 * xz, zz - xx)",
  ZONES)
F("smoothed weights", FILE, "grid->count[k] ? grid->eta[k] / weight[k] : 0.0",
  "grid->count[k] ? grid->eta[k] / grid->count[k] : 0.0", ZONES)
F("wrap in the flood", FILE, "grid->place[here][a] + offset[a]", "grid->place[here][a] - offset[a]",
  ZONES)

# --- From atoms to the calibration ----------------------------------------------------------------

BARRIERS = r"^(unit\.atomistic\.barriers|verify\.atomistic\.vacancy)$"
FILE = "atomistic/statistics/barriers.c"
F("dipole of a shear", FILE, "/ (2.0 * shear_modulus_GPa", "/ (shear_modulus_GPa", BARRIERS)
F("dipole of a dilatation", FILE, "/ (3.0 * bulk_modulus_GPa", "/ (bulk_modulus_GPa", BARRIERS)
F("sign of a dipole", FILE, "d[k] = to[k] - from[k];", "d[k] = from[k] - to[k];", BARRIERS)
F("reverse barrier", FILE, "saddle->energy_saddle - saddle->energy_final",
  "saddle->energy_saddle - saddle->energy_initial", BARRIERS)
F("column of the table", FILE, "table->shear_volume_nm3[k] = row[ROW_SHEAR] * 1e-3;",
  "table->shear_volume_nm3[k] = row[ROW_ACTIVATION] * 1e-3;", BARRIERS)
F("push without shear", FILE, "envelope * (field + 0.5 * noise[a])", "envelope * (0.5 * noise[a])",
  BARRIERS)
F("drift of a push", FILE, "push[i] -= mean[i % 3];", "push[i] += mean[i % 3];", BARRIERS)
FITS = r"^unit\.atomistic\.fits$"
FILE = "atomistic/statistics/bootstrap.c"
F("percentile", FILE, "(size_t)finite, 0.025);", "(size_t)finite, 0.25);", FITS)
F("every sample drawn", FILE, "index[k] = (int)(u * n);", "index[k] = (int)(u * (n - 1));", FITS)
FILE = "atomistic/statistics/fits.c"
F("gamma likelihood", FILE, "- k * q / m + k * log(k / m)", "- k * q / m + log(k / m)", FITS)
F("mean over chi", FILE, "m0 * (1.0 - x) + m1 * x", "m1 * (1.0 - x) + m0 * x", FITS)
F("gain of chi", FILE, "(c->after[index[k]] - c->before[index[k]]) * distance",
  "(c->before[index[k]] - c->after[index[k]]) * distance", FITS)
F("normal equations of cycling", FILE, "(b1 * s22 - b2 * s12) / det", "(b1 * s22 + b2 * s12) / det",
  FITS)
CENSUS = r"^unit\.atomistic\.census$"
FILE = "atomistic/statistics/census.c"
F("shear of an event", FILE, "*shear = values[2] - values[0];", "*shear = values[2] - values[1];",
  CENSUS)
F("angle of an event", FILE, "phi + 0.25 * GB_PI + GB_PI", "phi + 0.5 * GB_PI + GB_PI", CENSUS)
F("shear stress of tension", FILE, "= 0.5 * labels->stress_GPa;", "= labels->stress_GPa;", CENSUS)
F("change of the box", FILE, "before->length[b] / after->length[b]",
  "after->length[b] / before->length[b]", CENSUS)
F("energy of the loading", FILE, "before->energy[i] - background;", "before->energy[i];", CENSUS)
F("image after the strain", FILE, "shift[a] * after->length[a] - centre[a];",
  "shift[a] * before->length[a] - centre[a];", CENSUS)
F("volume change of an event", FILE, "*dilatation = stretch - 1.0;", "*dilatation = 1.0 - stretch;",
  CENSUS)
ELASTIC = r"^verify\.atomistic\.elastic$"
FILE = "atomistic/statistics/elastic.c"
F("central difference", FILE, "/ (2.0 * options->strain);", "/ options->strain;", ELASTIC)
F("shear modulus", FILE, "- c[a][b] - c[b][a]) / 4.0;", "- c[a][b] - c[b][a]) / 2.0;", ELASTIC)
F("bulk modulus", FILE, "(c[0][j] + c[1][j] + c[2][j]) / 3.0;", "(c[0][j] + c[1][j]) / 2.0;",
  ELASTIC)
FILE = "atomistic/statistics/glass.c"
F("sign of the stress", FILE, "= -result.virial[k] / GbAtomsVolume",
  "= result.virial[k] / GbAtomsVolume", ELASTIC + "|" + CENSUS)
F("box against the stress", FILE, "-(stress_GPa[a] - mean) / (2.0 * guess_mu_GPa) -",
  "(stress_GPa[a] - mean) / (2.0 * guess_mu_GPa) -",
  ELASTIC + r"|^unit\.atomistic\.glass_state$")
LOCAL = r"^unit\.atomistic\.glass_state$"
FILE = "atomistic/statistics/localstate.c"
F("composition", FILE, "scale->slope * (local->composition[i] - scale->fraction) - elastic;",
  "scale->slope * (local->composition[i] + scale->fraction) - elastic;", LOCAL)
F("elastic energy", FILE, "scale->fraction) - elastic;", "scale->fraction) + elastic;", LOCAL)
F("scale of chi", FILE, "(adjusted - scale->e_ref) / (scale->e_inf - scale->e_ref)",
  "(adjusted - scale->e_ref) / scale->e_inf", LOCAL)
F("own energy in the sphere", FILE, "energy = atom_energy[i];", "energy = 0.0;", LOCAL)
FILE = "atomistic/statistics/thermal.c"
F("linear expansion", FILE, "tt > 1.0 ? tv / tt / 3.0 : NAN;", "tt > 1.0 ? tv / tt : NAN;", LOCAL)
F("heat capacity", FILE, "th / tt * GB_EV_IN_J / c->mass_kg", "th / tt / c->mass_kg", LOCAL)
F("density", FILE, "mass_kg / (point->volume[b] * 1e-30);", "mass_kg / (point->volume[b] * 1e-27);",
  LOCAL)
SADDLE = r"^(verify\.atomistic\.saddle_surface|verify\.atomistic\.vacancy)$"
FILE = "atomistic/statistics/saddle.c"
F("reversed force", FILE, "s->force[i] - 2.0 * along * saddle->mode[i];",
  "s->force[i] - along * saddle->mode[i];", SADDLE)
F("Hessian from forces", FILE, "(force[i] - product[i]) / step;", "(product[i] - force[i]) / step;",
  SADDLE)
F("energies of the sides", FILE, "saddle->energy_start = energy[near];",
  "saddle->energy_start = energy[!near];", SADDLE)
F("start of the search", FILE, "saddle->energy_final = energy[!near];",
  "saddle->energy_final = energy[near];", SADDLE)
F("change of the gradient", "atomistic/statistics/surface.c", "l->force_previous[i] - force[i];",
  "force[i] - l->force_previous[i];", SADDLE)
PROTOCOL = r"^unit\.protocol\.(stage|products|section)$"
F("section of a notched sample", "atomistic/protocol/session.c",
  "sample->stress_GPa[2] * volume /", "sample->stress_GPa[0] * volume /", PROTOCOL)
F("strain along the load", "atomistic/protocol/tension.c",
  "atoms->length[2] / curve->initial_length - 1.0;",
  "atoms->length[1] / curve->initial_length - 1.0;", PROTOCOL)
F("rate of tension", "atomistic/protocol/tension.c", "config->tension_strain_rate_per_s * 1e-12",
  "config->tension_strain_rate_per_s * 1e-15", PROTOCOL)
F("warm end of a cycle", "atomistic/protocol/cycling.c", "cycling->options, warm, warm, hold",
  "cycling->options, cold, cold, hold", PROTOCOL)

# --- Elasticity of voxels -------------------------------------------------------------------------

GREEN = r"^verify\.mesoscale\.(green|eshelby)$"
SOLVERS = r"^(verify\.mesoscale\.(elasticity|agreement|layers|uniform)|unit\.mesoscale\.elasticity)$"
FILE = "mesoscale/elasticity/stencil.c"
F("lambda of the polarisation", FILE, "(1.0 / 3) * two_mu) * (s_xx + s_zz + s_yy);",
  "(2.0 / 3) * two_mu) * (s_xx + s_zz + s_yy);", GREEN)
F("lambda of the stress", FILE, "(1.0 / 3) * two_mu) * (xx + zz + yy);",
  "(2.0 / 3) * two_mu) * (xx + zz + yy);", GREEN)
F("shear strain xz", FILE, "m_xz + 0.5 * (x[i + pitch] + z[i]);", "m_xz + (x[i + pitch] + z[i]);",
  GREEN)
F("shear strain yz", FILE, "yz += 0.5 * (y[i + pitch] + z[i + 2 * pitch]);",
  "yz += 0.5 * (y[i + pitch] - z[i + 2 * pitch]);", GREEN)
F("forces along z", FILE, "difference = z0[i] - z1[i];", "difference = z1[i] - z0[i];", GREEN)
F("gradient along z", FILE, "up[i] = 0.25 * (k1 - k0);", "up[i] = 0.25 * (k0 - k1);", GREEN)
F("eigenstrain of the voxel", FILE, "two_mu * (xz - s[GB_XZ]);", "two_mu * xz;", GREEN)
STRIP = r"^verify\.mesoscale\.(surface|green|layers|uniform)$"
FILE = "mesoscale/elasticity/transform_strip.c"
F("strip: stiffness xx", FILE, "full * stiffness * mm + mu * m * (sm + ms);",
  "full * stiffness * mm + mu * m * (sm - ms);", STRIP)
F("strip: coupling xz", FILE, "z_row[0] = -z.slope * y.mass * (lambda * gt - mu * g);",
  "z_row[0] = -z.slope * y.mass * (lambda * g - mu * gt);", STRIP)
F("strip: stiffness yy", FILE, "m * (full * sm + mu * ms);", "m * (full * ms + mu * sm);", STRIP)
F("strip: unpacking", FILE, "odd[im][lane] = 0.5 * (e - a);", "odd[im][lane] = 0.5 * (a - e);",
  STRIP)
F("stopping criterion", "mesoscale/elasticity/ksp.c", "KSPSetTolerances(ksp, 1e-50, residual,",
  "KSPSetTolerances(ksp, 1e-50, 1e7 * residual,", SOLVERS)
F("element: bulk part", "mesoscale/elasticity/element.c", "(bulk - 2.0 / 3 * mu) * trace;",
  "(bulk - 1.0 / 3 * mu) * trace;", SOLVERS)
F("element: off-diagonal", "mesoscale/elasticity/element.c", "{{4.0 / 3, -2.0 / 3, 0}, {",
  "{{4.0 / 3, 2.0 / 3, 0}, {", SOLVERS)
FILE = "mesoscale/elasticity/elasticity.c"
F("lateral contraction", FILE, "-lambda * (strain[GB_ZZ] + strain[GB_YY])",
  "lambda * (strain[GB_ZZ] + strain[GB_YY])", SOLVERS + r"|^unit\.mesoscale\.solvers$")
F("mean of a field", FILE, "return sum / e->nvoxels;", "return sum / (e->nvoxels + 1);", SOLVERS)
F("share of an element", "mesoscale/elasticity/refined.c",
  "(double)nvoxels / (double)r->nelements;", "1.0 / r->p;", r"^verify\.mesoscale\.refined$")
F("mean strain in a strip", "mesoscale/elasticity/green.c",
  "mean[GB_XX] = mean[GB_XZ] = mean[GB_XY] = 0; /* found", "mean[GB_XX] = 0; /* found", STRIP)

# --- Events ---------------------------------------------------------------------------------------

WAITING = r"^verify\.mesoscale\.waiting$"
RATES = r"^verify\.mesoscale\.(rates|waiting)$"
FILE = "mesoscale/events/rates.c"
F("series of the hazard", FILE, "(1. / 2 + x * (1. / 6", "(1. / 3 + x * (1. / 6", RATES)
F("growth of the rate", FILE, "slope[i] += growth * end[i];", "slope[i] += end[i];", RATES)
F("time of an instability", FILE, "b[j + i] > 0 ? -a[j + i] / b[j + i] : far;",
  "b[j + i] > 0 ? a[j + i] / b[j + i] : far;",
  r"^(unit\.mesoscale\.kmc|verify\.mesoscale\.drivers)$")
F("exponent with load", FILE, "double exponent = (a[j + i] + b[j + i] * t) * inverse_kT;",
  "double exponent = a[j + i] * inverse_kT;", RATES)
TAIL = r"^verify\.mesoscale\.gamma_tail$"
FILE = "mesoscale/events/gamma_tail.c"
F("curvature of the hazard", FILE, "((k - 1) / x - 1 + slope)", "((k - 1) / x - 1 - slope)", TAIL)
F("upper fraction", FILE, "const double a = -i * (i - k);", "const double a = -i * (i + k);", TAIL)
F("lower series", FILE, "sum += term *= x / (k + i);", "sum += term *= x / (k + i - 1);", TAIL)
F("Stirling's series", FILE, "/ (12 * k);", "/ (6 * k);", TAIL)
DRAWS = r"^verify\.mesoscale\.draws$"
FILE = "mesoscale/events/draws.c"
F("sphere of chi", FILE, "4 * GB_PI / 3 * pow(calibration->state.coarse_grain_nm, 3)",
  "4 * GB_PI / 3 * pow(calibration->state.coarse_grain_nm, 2)",
  DRAWS + r"|^verify\.fields\.sample$")
F("least barrier", FILE, "GB_KB_EV_PER_K * temperature_K * log(attempts)",
  "GB_KB_EV_PER_K * temperature_K * log10(attempts)", DRAWS)
F("mean barrier", FILE, "return mean + least_eV * hazard;", "return mean + hazard;",
  DRAWS + r"|^verify\.fields\.relaxation$")
F("tail of the draw", FILE, "barrier[m] = w_min - log(", "barrier[m] = -log(", DRAWS)
F("rank kept", FILE, "barrier_eV[i] / scale_from) - from, 0);", "barrier_eV[i] / scale_from), 0);",
  DRAWS + r"|^verify\.fields\.sample$")
F("redraws counted", FILE, "state->redraws[voxel]++;", "(void)0;", DRAWS + r"|^unit\.mesoscale\.kmc$")
FILE = "mesoscale/events/waiting.c"
F("hazard left", FILE, "target * expm1(NV_Ith_S(w->y, 0));", "target * exp(NV_Ith_S(w->y, 0));",
  WAITING)
F("heating", FILE, "(s->temperature_K + s->heating_K_per_s * t)", "(s->temperature_K)", WAITING)
F("root of the hazard", FILE, "NV_Ith_S(y, 0) - M_LN2;", "NV_Ith_S(y, 0) - 1;", WAITING)
THINNING = r"^(unit|verify)\.mesoscale\.thinning$"
FILE = "mesoscale/events/thinning_rates.c"
F("power of two", FILE, "p * f + 2.402264791e-1f;", "p * f + 2.502264791e-1f;", THINNING)
F("work of the stress", FILE, "x += axis[k] * s[k];", "x -= axis[k] * s[k];", THINNING)
AVALANCHE = r"^unit\.mesoscale\.avalanche$"
FILE = "mesoscale/events/avalanche.c"
F("radius of gyration", FILE, "square -= a->sum[c] / n * (a->sum[c] / n);",
  "square += a->sum[c] / n * (a->sum[c] / n);", AVALANCHE)
F("slip of an avalanche", FILE, "fabs(r->gamma) * edge * edge * edge;",
  "fabs(r->gamma) * edge * edge;", AVALANCHE)
F("image of an event", FILE, "2 * steps > n[a]) steps -= n[a];", "steps > n[a]) steps -= n[a];",
  AVALANCHE)
F("stress drop", FILE, "sign * (a->start_stress - r->stress_zz_GPa);",
  "sign * (r->stress_zz_GPa - a->start_stress);", AVALANCHE)
MODES = r"^unit\.mesoscale\.modes$"
FILE = "mesoscale/events/modes.c"
F("Schmid tensor", FILE, "p[GB_XZ] = 0.5 * (n[0] * s[2] + n[2] * s[0]);",
  "p[GB_XZ] = 0.5 * (n[0] * s[2] - n[2] * s[0]);", MODES)
F("third deviator", FILE, "(2 * t[GB_YY] - t[GB_XX] - t[GB_ZZ]) / ROOT_6;",
  "(2 * t[GB_YY] - t[GB_XX] - t[GB_ZZ]) / ROOT_2;", MODES)
F("turn of a voxel", FILE, "    frame[2] = -s;", "    frame[2] = s;", MODES + "|" + DRAWS)
F("range of orientations", FILE, "u[0] * GB_PI / modes->count;", "u[0] * GB_PI;",
  MODES + "|" + DRAWS)
ENERGY = r"^verify\.mesoscale\.(energy|detailed_balance)$|^unit\.mesoscale\.kmc$"
FILE = "mesoscale/events/kmc_modes.c"
F("dilatation of an event", FILE, "kmc->dilatation / 3;", "kmc->dilatation;", ENERGY)
F("strain of an event", FILE, "e[t] += kmc->gamma * schmid[t];",
  "e[t] += 2 * kmc->gamma * schmid[t];", ENERGY)
F("work of a mode", FILE, "work[m] = kmc->activation * dot(nc, p, d);",
  "work[m] = 2 * kmc->activation * dot(nc, p, d);", ENERGY)
F("way back", "mesoscale/events/state.c",
  "axis[k] -= frame[k * nc + l]", "axis[k] += frame[k * nc + l]", ENERGY)
FILE = "mesoscale/events/kmc_stress.c"
F("sign of thermal strain", FILE, "temperature_K - s->reference_temperature_K, mean = 0;",
  "s->reference_temperature_K - temperature_K, mean = 0;",
  r"^unit\.mesoscale\.(kmc|state)$|^verify\.fields\.sample$")
F("generalised plane strain", FILE, "kmc->eigenstrain[v][GB_YY] -= mean / kmc->nsolid;",
  "kmc->eigenstrain[v][GB_YY] -= 0;", r"^unit\.mesoscale\.kmc$|^verify\.fields\.sample$")
F("lateral strain", FILE, "missing[a] = -kmc->stiffness[a][n - 1];",
  "missing[a] = kmc->stiffness[a][n - 1];",
  r"^unit\.mesoscale\.kmc$|^verify\.(fields\.sample|hardness\.reload|mesoscale\.lateral)$")
F("held stress", FILE, "mean[kmc->controlled[a]] += strain[a];",
  "mean[kmc->controlled[a]] -= strain[a];", r"^unit\.mesoscale\.kmc$|^verify\.fields\.sample$")
F("source of a response", "mesoscale/events/response.c", "= tensor[GB_ZZ] = 1.0 / 3;",
  "= tensor[GB_ZZ] = 1.0;", THINNING)

# --- Samples, bands, hardness ---------------------------------------------------------------------

SAMPLE = r"^verify\.(fields\.sample|hardness\.reload)$"
FILE = "mesoscale/fields/sample.c"
F("modulus in plane strain", FILE, "4 * shear * (3 * bulk + shear) / (3 * bulk + 4 * shear);",
  "4 * shear * (3 * bulk + shear) / (3 * bulk + 2 * shear);", SAMPLE)
F("modulus in three dimensions", FILE, "return 9 * bulk * shear / (3 * bulk + shear);",
  "return 9 * bulk * shear / (bulk + shear);", SAMPLE)
F("axis of plastic strain", FILE, "sum += state->plastic[v][GB_ZZ];",
  "sum += state->plastic[v][GB_XX];", SAMPLE + r"|^unit\.hardness\.stage$")
F("direction of unloading", FILE, "stress < 0 ? strain_rate_per_s : -strain_rate_per_s;",
  "stress > 0 ? strain_rate_per_s : -strain_rate_per_s;", SAMPLE)
F("rate of a ramp", FILE, "change / (end - start),", "change,", SAMPLE)
RELAX = r"^(unit|verify)\.fields\.relaxation$"
FILE = "mesoscale/fields/relaxation.c"
F("decay of chi", FILE, "-fmax(chi[v], 0) * r->rate[v]", "-chi[v] * r->rate[v]", RELAX)
F("flux between voxels", FILE, "0.5 * (r->rate[a] + r->rate[b]) * length2 *",
  "r->rate[a] * length2 *", RELAX)
F("sign of a flux", FILE, "dot[b] -= flux;", "dot[b] += flux;", RELAX)
F("temperature of a ramp", FILE, "r->start_K + weight * (r->end_K - r->start_K);",
  "r->end_K + weight * (r->end_K - r->start_K);", RELAX)
F("Jacobian of the decay", FILE, "gamma * (r->rate[v] + chi[v] * r->slope[v]);",
  "gamma * r->rate[v];", RELAX,
  "the preconditioner: the solution is CVODE's, only its iterations change")
F("weights of a program", "mesoscale/fields/program.c",
  "(1 - weight) * temperature[i - 1] + weight * temperature[i];",
  "weight * temperature[i - 1] + (1 - weight) * temperature[i];", r"^unit\.fields\.program$")
F("ends of a cycle", "mesoscale/fields/program.c", "i < 2 ? options->low_K : options->high_K;",
  "i < 2 ? options->high_K : options->low_K;", r"^unit\.fields\.program$")
BANDS = r"^unit\.fields\.bands$"
F("shear of a tensor", "mesoscale/fields/bands.c", "shear[v] = 2 * sqrt(0.5 * square);",
  "shear[v] = sqrt(0.5 * square);", BANDS)
F("offset of a band", "mesoscale/fields/bands.c", "inside[b] * map->bands[b].width_nm;",
  "around[b] * map->bands[b].width_nm;", BANDS)
F("inclination of a limb", "mesoscale/fields/band_limbs.c",
  "spread > 0 ? (xz - x * z / n) / sqrt(spread) : 0;",
  "spread > 0 ? (x * z / n - xz) / sqrt(spread) : 0;", BANDS)
F("fold of an index", "mesoscale/fields/band_search.c", "return (i % n + n) % n;", "return i % n;",
  BANDS)
CAVITY = r"^(unit\.hardness\.relation|verify\.hardness\.cavity)$"
FILE = "mesoscale/hardness/relation.c"
F("kappa", FILE, "kappa = 4 * in->dilatancy / 3;", "kappa = in->dilatancy;", CAVITY)
F("elastic rim", FILE, "c.h = 3 * c.p_yield / (4 * shear) - c.p;",
  "c.h = 3 * c.p_yield / (2 * shear) - c.p;", CAVITY)
F("pressure of the core", FILE, "expm1(exponent) / (c->n - 1) : 2 * log(ratio);",
  "expm1(exponent) / (c->n - 1) : log(ratio);", CAVITY)
F("pressure on the face", FILE, "(3 * n * pressure + 2 * in->yield_GPa) / (n + 2);",
  "(3 * n * pressure + in->yield_GPa) / (n + 2);", CAVITY)
F("dilatancy against shear", FILE, "kappa * (1 - 1 / c.n) / (2 * shear));",
  "kappa * (1 - 1 / c.n) / shear);", CAVITY)
RELOAD = r"^(verify\.hardness\.reload|unit\.hardness\.stage)$"
FILE = "mesoscale/hardness/reload.c"
F("Young's modulus", FILE, "9 * bulk * shear / (3 * bulk + shear);",
  "9 * bulk * shear / (bulk + shear);", RELOAD)
F("Poisson's ratio", FILE, "(3 * bulk - 2 * shear) / (2 * (3 * bulk + shear));",
  "(3 * bulk - 2 * shear) / (3 * bulk + shear);", RELOAD)
F("sign of compression", FILE, "const double stress = -GbKmcMeanStress(sample->kmc);",
  "const double stress = GbKmcMeanStress(sample->kmc);", RELOAD)
F("offset of yielding", FILE, "r->start_plastic - GbSamplePlasticStrain(sample);",
  "-GbSamplePlasticStrain(sample);", RELOAD)

# --- The contract ---------------------------------------------------------------------------------

CONTRACT = r"^unit\.contract\.(calibration|names)$"
EXPANSION = r"^(verify\.mesoscale\.eigenstrain|unit\.contract\.calibration)$"
FILE = "src/contract/interpolation.c"
F("expansion of the two states", FILE,
  "along_chi(&calibration->material, expansion[GB_STATE_RELAXED].value,\n"
  "                   expansion[GB_STATE_FLOWED].value, chi);",
  "along_chi(&calibration->material, expansion[GB_STATE_FLOWED].value,\n"
  "                   expansion[GB_STATE_RELAXED].value, chi);", EXPANSION)
F("between temperatures", FILE, "(temperature_K - t[i]) / (t[i + 1] - t[i]);",
  "(temperature_K - t[i]) / t[i + 1];", CONTRACT)
F("between states", FILE, "(clamped - material->chi[GB_STATE_RELAXED]) / span",
  "clamped / span", CONTRACT)
F("mean barrier over chi", FILE, "mean[0].value + chi * (mean[1].value - mean[0].value);",
  "mean[0].value + chi * (mean[0].value - mean[1].value);", CONTRACT)
F("bulk or shear", FILE, "calibration->material.bulk_modulus_GPa, chi,",
  "calibration->material.shear_modulus_GPa, chi,", CONTRACT)
F("chi beyond the states", FILE, "chi < 0 ? 0 : chi > chi_max ? chi_max : chi;", "chi;", CONTRACT)
FILE = "src/contract/calibration.c"
F("names of the states", FILE, '{"relaxed", "flowed"};', '{"flowed", "relaxed"};', CONTRACT)
F("unit of a volume", FILE, '"stz/laws/activation_volume", "nm^3"',
  '"stz/laws/activation_volume", "angstrom^3"', CONTRACT)
F("dataset of a law", FILE, '"stz/laws/event_shear", "1", gb_positive, &laws->event_shear',
  '"stz/laws/event_shear", "1", gb_positive, &laws->event_volume_nm3', CONTRACT)
