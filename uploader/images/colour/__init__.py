"""The colours that a browser shows on an ordinary screen.

spaces.py     a colour space: primaries, transfer curve, peak; and the arithmetic of both
declared.py   which space a file declares other than by an ICC profile: cICP, gAMA, cHRM, nclx
av1.py        the code points in an AV1 sequence header
hdr.py        PQ and HLG, tone-mapped as Chromium does
convert.py    Pillow: a picture in any of these, or with an ICC profile, to sRGB; imported late
"""
