"""The pages. Streamlit is imported here and nowhere else.

main            page config, sign-in gate, navigation
upload gallery tokens lab setup    a folder for each page
components      the browser side
image_dialog    one image, large
link_audience   who may follow its permanent address
signin          who somebody is, the gate, the way out
presenter_mode  the one place that masks
queries         cached reads of what pages show
server          Streamlit's own server, set as tight as this app needs it
common          pieces that pages share
"""
