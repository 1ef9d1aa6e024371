"""The pages. Streamlit is imported here and nowhere else.

main      page config, sign-in gate, navigation
upload    the upload page and the newest images
gallery   everything stored, newest first
lab       the presign lab: lab_designer (the form), lab_views (what it is), lab_trials (what it stops)
stage     presenter mode: the one place that masks
finder    the gallery's toolbar
picture   one image, large
elsewhere folders of the bucket that other tools fill
removal   deleting, and taking it back
archive   many images as one download
parts     pieces that two pages share
wiring    how pages reach the application and the gallery
server    Streamlit's own server, set as tight as this app needs it
signin    who somebody is, the gate, the way out
direct    the browser uploader (a component)
tiles     the grid of thumbnails (a component)
viewer    one picture and its neighbours (a component)
shared    what the components share
"""
