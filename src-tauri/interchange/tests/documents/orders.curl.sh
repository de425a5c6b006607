curl 'https://shop.example.com/api/orders?draft=1&lang=de' \
  -H 'accept: application/json, text/plain, */*' \
  -H 'authorization: Bearer ey.access.token' \
  -H 'content-type: application/json' \
  -H 'origin: https://shop.example.com' \
  --data-raw $'{"item":"17","note":"50% \\"off\\""}' \
  --compressed ;
