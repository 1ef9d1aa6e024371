"""What the product does, with no page and no HTTP in sight.

app           the composition root: joins settings, storage and images
opening       the bucket and the secret that the settings name
access        what one person may do, refused where their role lacks it
trusted_identity  who a proxy before the page says it is
sign_ins      sign-ins that somebody ended
readiness     whether uploads would work now
rate_limits   how often one person may call, and how much they may send in a day
webhook       tells another program what was stored, deleted and shared
admission     sessions that passed the sign-in gate
image_json    an image as the routes answer it and the command prints it
shares        selections of images under one address
tokens        access tokens of people for other programs
uploads       begin, check, store and promote an upload, both ways
gallery       pages of what is stored, search, neighbours, ZIP; folders that other tools fill
lab           forms of one's own design: signed, judged, attacked
doctor        health checks of the installation
maintenance   rebuilding the index
provision     the bucket's own settings and policies, and files to deploy the app by
catalog       what these stand on: stored images, signed links, the index, thumbnails, traces
"""
